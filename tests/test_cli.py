"""The command: what it prints, how it exits, and that it writes nothing when something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_project import CANARY, contents, make_project

from efficacy import cli
from efficacy.documents import load_document
from efficacy.errors import Finding, MachineError
from efficacy.params import Site
from efficacy.project import Project
from efficacy.runs import runner
from efficacy.runs.jobs import Job

HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "seaborn", "statsmodels", "pingouin", "papermill", "nbformat")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two sites and the working directory in them; starting a process fails the test."""

    def no_process(job: Job) -> None:
        pytest.fail(f"{job.site} was started")

    monkeypatch.setattr(runner, "start", no_process)
    monkeypatch.delenv("EFFICACY_PROJECT", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    made = make_project(tmp_path / "study", {"here": ("descriptive",), "there": ("descriptive", "factor")})
    monkeypatch.chdir(made.root)
    return made


def call(*arguments: str) -> int:
    """The command in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.main(list(arguments))
    assert isinstance(caught.value.code, int)
    return caught.value.code


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# ---- nothing heavy before it is needed


@pytest.mark.parametrize(
    "code", ["import efficacy", "import efficacy.cli", "from efficacy.cli import main; main(['--help'])"]
)
def test_help_loads_nothing_heavy(code: str) -> None:
    program = (
        "import sys\ntry:\n    "
        + code.replace("; ", "\n    ")
        + "\nexcept SystemExit as leave:\n    assert not leave.code\n"
        f"print('loaded', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert answer.stdout.strip().endswith("loaded []")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out.startswith("efficacy 0.")


@pytest.mark.parametrize(
    "arguments", [["walk"], ["run", "--langage", "zh"], ["run", "--language", "fr"], ["run", "--jobs", "0"], ["new"]]
)
def test_wrong_use_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


# ---- what is wrong is said, and nothing is written: arguments, change, exit code, words of the message

CASES = {
    "misspelt key": (["run", "here"], ("params/here.yml", "sampling:", "samplign:"), 4, "Did you mean sampling?"),
    "duplicate key": (["run", "here"], ("params/here.yml", "site: here", "site: here\nsite: here"), 4, "line 3"),
    "out of range": (["run", "here"], ("data/here/answers.csv", ",1,1,1", ",9,1,1"), 3, "data/here/answers.csv"),
    "unknown column": (["check", "here"], ("data/here/answers.csv", ",a1,", ",b1,"), 3, "data/here/answers.csv"),
    "setting misspelt": (["run", "there", "--set", "factor.n_factor=2"], None, 4, "Did you mean n_factors?"),
    "setting surprising": (["run", "there", "--set", "factor.wave=no"], None, 4, "put quotes"),
    "setting malformed": (["run", "--set", "n_factors=2"], None, 2, "report.key=value"),
    "unknown site": (["run", "her"], None, 2, "Did you mean here?"),
    "unknown site, nothing near": (["check", "qqq"], None, 2, "efficacy list"),
    "unknown report": (["run", "--report", "facter"], None, 2, "Did you mean factor?"),
    "report of no site": (["run", "--report", "intervention"], None, 2, "No site declares"),
}


@pytest.mark.parametrize("case", CASES)
def test_errors_have_code_place_and_fix(case: str, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, change, code, words = CASES[case]
    if change is not None:
        edit(project.root / change[0], change[1], change[2])
    before = contents(project.root)
    assert call(*arguments, "--language", "en") == code
    out, err = capsys.readouterr()
    assert words in err
    assert "Fix: " in err
    assert CANARY not in out + err
    assert str(project.root) not in out + err
    after = contents(project.root)
    after.pop("reports/index.html", None)
    assert after == before


def test_no_project_exits_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EFFICACY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert call("list", "--language", "en") == 2
    assert "efficacy new" in capsys.readouterr().err
    assert call("run", "--project", "nowhere", "--language=zh") == 2
    assert "改法" in capsys.readouterr().err


def test_messages_follow_option_then_parameters_then_locale(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(project.root / "params/here.yml", "sampling:", "samplign:")
    call("run", "here")
    assert "改法" in capsys.readouterr().err  # the site's own language is zh
    call("run", "here", "--language", "en")
    assert "Fix" in capsys.readouterr().err
    edit(project.root / "params/here.yml", "defaults: {language: zh}\n", "")
    call("run", "here")
    assert "Fix" in capsys.readouterr().err
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    call("run", "here")
    assert "改法" in capsys.readouterr().err


def test_at_most_twenty_findings(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    keys = "".join(f"\nnonsense{number}: 1" for number in range(30))
    edit(project.root / "params/here.yml", "\nsampling:", f"{keys}\nsampling:")
    assert call("run", "here", "--language", "en") == 4
    err = capsys.readouterr().err
    assert err.count("there is no key nonsense") == 20 and "and 10 more" in err
    assert call("check", "here", "--language", "en", "--all-findings") == 4
    assert capsys.readouterr().err.count("there is no key nonsense") == 30


def test_our_bug_is_one_line_without_text(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(runner, "run", broken)
    assert call("run", "--language", "en") == 1
    err = capsys.readouterr().err
    assert len(err.strip().splitlines()) == 1
    assert "RuntimeError" in err and "tests/test_cli.py:" in err
    assert CANARY not in err and str(project.root) not in err


def test_machine_errors_exit_8(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MachineError(Finding("machine.disk_full", file="reports/index.html", values={"reason": "ENOSPC"}))

    monkeypatch.setattr(runner, "_run_all", lambda *_, **__: {})
    monkeypatch.setattr(runner, "write_index", full)
    monkeypatch.setattr(runner, "is_up_to_date", lambda _: True)
    assert call("run", "--project", str(project.root), "--language", "en") == 8
    assert "the disk is full" in capsys.readouterr().err


# ---- list, check, new


def test_list_shows_every_report_and_its_state(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project.root / "params/here.yml", "sampling:", "samplign:")
    assert call("list", "--language", "en") == 0
    rows = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["site", "report", "language", "state"]
    assert rows[1][:3] == ["here", "-", "-"] and "efficacy check here" in rows[1][3]
    assert rows[2:] == [["there", "descriptive", "zh", "not made yet"], ["there", "factor", "zh", "not made yet"]]


def test_check_counts_children_and_writes_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(project.root)
    assert call("check", "there", "--language", "en") == 0
    out, _ = capsys.readouterr()
    assert out.splitlines()[0] == "there: ready to run."
    assert "descriptive, factor" in out and "12 children" in out and "pre: 12 with data" in out
    assert CANARY not in out
    assert contents(project.root) == before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_new_makes_a_project(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my study"
    assert call("new", str(folder), "--language", language) == 0
    assert "README.md" in capsys.readouterr().out
    document = load_document(folder / "params" / "my_site.yml", name="params/my_site.yml")
    site = document.validate(Site)
    assert (site.data_origin, site.defaults.language) == ("confidential", language)
    assert (
        json.loads((folder / "params" / "site.schema.json").read_text(encoding="utf-8"))["additionalProperties"]
        is False
    )
    monkeypatch.chdir(folder / "data")
    assert call("check", "--language", "en") in (3, 4)  # the questionnaire's keys and the data are still to come
    before = contents(folder)
    assert call("new", str(folder), "--language", "en") == 2
    assert "not empty" in capsys.readouterr().err
    assert contents(folder) == before


def test_new_keeps_data_and_reports_out_of_git(tmp_path: Path) -> None:
    call("new", str(tmp_path / "p"))
    ignored = (tmp_path / "p" / ".gitignore").read_text(encoding="utf-8")
    assert "/data/*" in ignored and "/reports/*" in ignored
