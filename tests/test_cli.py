"""The command: what it prints, how it exits, and that it writes nothing when something is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_project import CANARY, contents, make_project

from efficacy import cli
from efficacy.cli.speech import width
from efficacy.documents import load_document
from efficacy.errors import Finding, MachineError
from efficacy.params import Site, load_site
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
    "setting without a value": (["run", "--set", "factor.n_factors="], None, 2, "report.key=value"),
    "setting of another report": (
        ["run", "there", "--report", "descriptive", "--set", "factor.n_factors=2"],
        None,
        2,
        "not made in this run",
    ),
    "scale misspelt": (["run", "there", "--set", "descriptive.scale=tiny_scal"], None, 4, "Did you mean tiny_scale?"),
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
    assert contents(project.root) == before


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


def test_warnings_are_called_warnings_and_errors_are_counted(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project.root / "params/here.yml", "waves:\n", "waves:\n  - {id: before, role: baseline}\n")
    assert call("check", "here", "--language", "en") == 0
    assert "Warning: no instrument or score uses the wave before." in capsys.readouterr().err
    edit(project.root / "params/here.yml", "sampling:", "samplign:")
    assert call("check", "here", "--language", "zh") == 4
    err = capsys.readouterr().err
    assert err.splitlines()[-1].startswith("here：有 1 处须改正")
    assert "samplign" in err and "缺少" not in err, "a misspelt key is not missing as well"


@pytest.mark.usefixtures("project")
def test_messages_about_a_whole_run_follow_its_sites(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "is_up_to_date", lambda _: True)
    assert call("run") == 0
    out = capsys.readouterr().out
    assert "全部报告的目录" in out and "descriptive.zh.html" in out


@pytest.mark.usefixtures("project")
def test_tables_are_aligned_for_chinese_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("list", "--language", "zh") == 0
    rows = capsys.readouterr().out.splitlines()
    starts = {width(row[: re.search(r" zh| 语言", row).start()]) for row in rows}  # type: ignore[union-attr]
    assert len(starts) == 1


def test_check_counts_children_and_writes_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(project.root)
    assert call("check", "there", "--language", "en") == 0
    out, _ = capsys.readouterr()
    assert out.splitlines()[0] == "there: ready to run."
    assert "descriptive, factor" in out and "12 children" in out and "pre: 12 with data" in out
    assert "data/there/answers.csv: children are told apart by number" in out
    assert "pre: 3 items of tiny, a1 to a3" in out
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_starter_s_commented_lines_make_an_intervention_report(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As its notes say: the post-test's lines, the answers, and what stands at the end, with the "# " removed."""
    call("new", str(tmp_path / "p"), "--language", language)
    path = tmp_path / "p" / "params" / "my_site.yml"
    text = path.read_text(encoding="utf-8")
    head, mark, end = text.partition("\n# arms:")
    head = re.sub(r"^( +)# (- \{|answers:|reverse)", r"\1\2", head, flags=re.MULTILINE)
    for before, after in (
        ("[descriptive, factor]", "[descriptive, factor, intervention]"),
        ("{pre: Q4..Q25}", "{pre: Q4..Q25, post: Q2..Q23}"),
    ):
        head = head.replace(before, after, 1)
    path.write_text(head + re.sub(r"^# ", "", mark + end, flags=re.MULTILINE), encoding="utf-8")
    project = Project(tmp_path / "p")
    capsys.readouterr()
    assert call("check", "--project", str(project.root), "--language", "en") == 4
    err = capsys.readouterr().err
    assert "how the group was chosen" in err and err.count("Fix: ") == 1, "the one thing that only its user knows"
    whole = path.read_text(encoding="utf-8").replace("selection_rule:  ", "selection_rule: lowest_on_pretest  ", 1)
    path.write_text(whole, encoding="utf-8")
    site = load_site("my_site", project=project).site
    assert site.reports == ("descriptive", "factor", "intervention")
    assert site.arms is not None and site.sessions is not None and len(site.sources) == len(site.waves) == 2
    assert len(site.instruments[0].answers) == 5
    assert call("check", "--project", str(project.root), "--language", "en") == 3, "only the files are still to come"
    err = capsys.readouterr().err
    assert err.count("the data file is not there") == len(list(site.data_files())) == err.count("Fix: ")


def test_new_keeps_data_and_reports_out_of_git(tmp_path: Path) -> None:
    call("new", str(tmp_path / "p"))
    ignored = (tmp_path / "p" / ".gitignore").read_text(encoding="utf-8")
    assert "/data/*" in ignored and "/reports/*" in ignored
