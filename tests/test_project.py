"""Where everything is: finding the project, and paths that cannot leave it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from efficacy.errors import ParameterError, UsageError
from efficacy.project import Project, find_project, package_files, shipped_notebooks


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one site and a questionnaire of its own; EFFICACY_PROJECT is not set."""
    monkeypatch.delenv("EFFICACY_PROJECT", raising=False)
    folder = tmp_path / "study"
    (folder / "params" / "instruments").mkdir(parents=True)
    (folder / "params" / "here.yml").write_text("", encoding="utf-8")
    (folder / "params" / "instruments" / "own.yml").write_text("", encoding="utf-8")
    (folder / "data" / "here").mkdir(parents=True)
    return folder


def test_the_argument_comes_first_then_the_environment_then_the_parents(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    (other / "params").mkdir(parents=True)
    monkeypatch.chdir(root / "data" / "here")
    assert find_project().root == root.resolve()
    monkeypatch.setenv("EFFICACY_PROJECT", str(other))
    assert find_project().root == other.resolve()
    assert find_project(root).root == root.resolve()


def test_a_folder_without_params_is_no_project(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as caught:
        find_project(tmp_path)
    assert caught.value.findings[0].code == "usage.not_a_project"
    assert caught.value.findings[0].values == {"folder": tmp_path.name}, "the name, not the machine's path"
    (root / "params" / "here.yml").unlink()
    monkeypatch.chdir(root)
    with pytest.raises(UsageError, match=r"usage\.no_project"):
        find_project()


def test_sites_and_instruments(root: Path) -> None:
    project = Project(root)
    (root / "params" / "another.yml").write_text("", encoding="utf-8")
    assert project.parameter_names() == ("another", "here")
    assert project.instrument_file("own") == root / "params" / "instruments" / "own.yml"
    shipped = project.instrument_file("liang2000")
    assert shipped is not None and shipped.is_file() and not shipped.is_relative_to(root)
    assert project.instrument_file("nothing") is None
    assert {"own", "liang2000"} <= set(project.instrument_names())


def test_the_project_s_own_instrument_and_notebook_win(root: Path) -> None:
    project = Project(root)
    assert project.notebook("factor").parent == shipped_notebooks()
    for path in (root / "params" / "instruments" / "liang2000.yml", root / "notebooks" / "factor.ipynb"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("", encoding="utf-8")
    assert project.instrument_file("liang2000") == root / "params" / "instruments" / "liang2000.yml"
    assert project.notebook("factor") == root / "notebooks" / "factor.ipynb"


def test_data_stay_inside_data(root: Path) -> None:
    project = Project(root)
    assert project.data_file("data/here/a.csv") == root / "data" / "here" / "a.csv"
    for outside in ("params/here.yml", "data/../params/here.yml", "../study2/data/a.csv", "/etc/passwd"):
        with pytest.raises(ParameterError, match=r"parameters\.path_outside_data"):
            project.data_file(outside)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_do_not_lead_out(root: Path, tmp_path: Path) -> None:
    (root / "data" / "link").symlink_to(tmp_path)
    with pytest.raises(ParameterError, match=r"parameters\.path_outside_data"):
        Project(root).data_file("data/link/a.csv")


def test_reports_of_the_internal_profile_have_a_folder_of_their_own(root: Path) -> None:
    project = Project(root)
    share = project.report_files(site="here", report="factor", language="zh", profile="share")
    internal = project.report_files(site="here", report="factor", language="zh", profile="internal")
    assert share.published == tuple(
        root / "reports" / "here" / f"factor.zh.{ending}" for ending in ("ipynb", "html", "manifest.json")
    )
    assert {path.parent for path in internal.published} == {root / "reports" / "here" / "internal"}
    assert share.failed.parent == internal.failed.parent == root / "reports" / "here" / "internal"
    for site in ("../here", "../../elsewhere"):
        with pytest.raises(ParameterError, match=r"parameters\.path_outside_reports"):
            project.report_files(site=site, report="factor", language="zh", profile="share")


def test_people_are_shown_paths_of_the_project(root: Path, tmp_path: Path) -> None:
    project = Project(root)
    assert project.relative(root / "params" / "here.yml") == "params/here.yml"
    assert project.relative(tmp_path / "elsewhere" / "x.yml") == "x.yml"


def test_files_that_can_change_a_report() -> None:
    names = [name for name, _ in package_files()]
    assert names == sorted(set(names))
    assert {"project.py", "instruments/library/liang2000.yml", "report/page/page.css"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("_notebooks", "."))]
