"""The runner: what it checks first, what it writes, and that nothing that goes wrong harms anything else."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from filelock import FileLock
from nbformat import NotebookNode
from tiny_project import CANARY, contents, make_project, notebook, write_notebook

from efficacy.errors import (
    DataError,
    EfficacyError,
    Finding,
    MachineError,
    NotebookError,
    ParameterError,
    UsageError,
    error_from_json,
    our_bug,
)
from efficacy.params import Site
from efficacy.project import Project
from efficacy.runs import runner
from efficacy.runs.execute import execute
from efficacy.runs.files import only_writer, partial, publish, sha256
from efficacy.runs.index import index_page
from efficacy.runs.jobs import Job, Request, jobs_of
from efficacy.runs.notebook import canonical, check_parameters_cell, first_unfinished, one_language
from efficacy.runs.processes import environment
from efficacy.runs.record import data_files, git_state, read_manifest, up_to_date
from efficacy.runs.runner import Event, check, run
from efficacy.runs.settings import read_settings

# What each site's notebook does after a first cell that works; the site's name decides, the notebook is one.
BEHAVIOUR = """\
import os, signal, sys, time, warnings
from efficacy.errors import Finding, ParameterError
if site == "killed":
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
if site == "leaves":
    sys.exit(0)
if site == "raises":
    raise RuntimeError("CANARY")
if site == "refuses":
    raise ParameterError(Finding("parameters.unknown_wave", file="params/refuses.yml", row=7, values={"name": "w"}))
if site == "hangs":
    time.sleep(600)
if site == "warns":
    warnings.warn("CANARY", stacklevel=1)
""".replace('"CANARY"', " + ".join(repr(letter) for letter in CANARY))
FAILING = ("killed", "leaves", "raises", "refuses", "hangs")
SITES = ("fine", "warns", *FAILING)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """One run over sites that each go wrong in their own way, with earlier reports in place."""
    root = tmp_path_factory.mktemp("project")
    project = make_project(root, dict.fromkeys(SITES, ("descriptive",)))
    write_notebook(root, "descriptive", "zh:# 标题", "en:# Title", "print(site, language, seed)", BEHAVIOUR, "print(1)")
    for site in FAILING:
        (root / "reports" / site).mkdir()
        for ending in ("ipynb", "html", "manifest.json"):
            (root / "reports" / site / f"descriptive.zh.{ending}").write_text("earlier", encoding="utf-8")
    before = {site: contents(root / "reports" / site) for site in FAILING}
    events: list[Event] = []
    code = run(Request(cell_timeout=10), project=project, n_jobs=2, listen=events.append)
    yield SimpleNamespace(root=root, project=project, code=code, before=before, events=events)


def last(ran: SimpleNamespace, site: str) -> Event:
    event: Event = [event for event in ran.events if event.site == site][-1]
    return event


def published(project: Project, site: str = "fine") -> Path:
    return project.reports / site / "descriptive.zh.ipynb"


# ---- one run, seven sites


def test_exit_code_is_that_of_the_first_report_that_failed(ran: SimpleNamespace) -> None:
    # sites run in alphabetical order: fine succeeds, hangs is the first that fails
    assert ran.code == 7
    assert {event.site for event in ran.events if event.status == "written"} == {"fine", "warns"}


@pytest.mark.parametrize(
    ("site", "code", "values"),
    [
        ("killed", "notebook.kernel_died", {}),
        ("leaves", "notebook.unfinished", {"cell": 4}),
        ("raises", "notebook.cell_failed", {"cell": 4, "type": "RuntimeError"}),
        ("hangs", "notebook.timeout", {"seconds": 10}),
        ("refuses", "parameters.unknown_wave", {"name": "w"}),
    ],
)
def test_what_stopped_a_notebook_is_named(
    ran: SimpleNamespace, site: str, code: str, values: dict[str, object]
) -> None:
    event = last(ran, site)
    assert event.status == "failed"
    assert [finding.code for finding in event.findings] == [code]
    assert dict(event.findings[0].values) == values
    assert event.exit_code == (4 if site == "refuses" else 7)
    assert CANARY not in repr(event)


@pytest.mark.parametrize("site", FAILING)
def test_a_failed_notebook_leaves_earlier_reports_as_they_were(ran: SimpleNamespace, site: str) -> None:
    after = contents(ran.root / "reports" / site)
    assert {name: value for name, value in after.items() if not name.startswith("internal/")} == ran.before[site]
    assert set(after) - set(ran.before[site]) == {"internal/descriptive.zh.failed.ipynb"}


def test_nothing_half_written_is_left(ran: SimpleNamespace) -> None:
    assert not [path for path in ran.root.rglob("*") if path.name.startswith(".partial.")]


def test_the_published_notebook_is_complete_and_in_one_language(ran: SimpleNamespace) -> None:
    executed = nbformat.read(published(ran.project), as_version=4)
    nbformat.validate(executed)
    assert first_unfinished(executed) is None
    assert [cell.source for cell in executed.cells if cell.cell_type == "markdown"] == ["# 标题"]
    assert executed.cells[3].outputs[0].text == "fine zh 20260901\n"
    injected = executed.cells[1]
    assert injected.id == "injected-parameters"
    assert 'site = "fine"' in injected.source and "group_by = []" in injected.source


def test_times_and_paths_are_in_the_manifest_only(ran: SimpleNamespace) -> None:
    text = published(ran.project).read_text(encoding="utf-8")
    for gone in ("papermill", "duration", "start_time", str(ran.root)):
        assert gone not in text
    manifest = read_manifest(ran.project.reports / "fine" / "descriptive.zh.manifest.json")
    assert manifest is not None
    assert manifest["execution"]["cells"][0]["seconds"] > 0
    assert str(ran.root) not in json.dumps(manifest)


def test_the_manifest_says_what_the_report_was_made_from(ran: SimpleNamespace) -> None:
    manifest = read_manifest(ran.project.reports / "fine" / "descriptive.zh.manifest.json")
    assert manifest is not None
    assert set(manifest["inputs"]["files"]) == {
        "data/fine/answers.csv",
        "instruments/tiny.yml",
        "notebooks/descriptive.ipynb",
        "params/fine.yml",
    }
    assert manifest["inputs"]["files"]["data/fine/answers.csv"] == sha256(ran.root / "data/fine/answers.csv")
    assert manifest["outputs"] == {
        name: sha256(ran.project.reports / "fine" / name) for name in ("descriptive.zh.ipynb", "descriptive.zh.html")
    }
    assert manifest["seed"] == manifest["inputs"]["parameters"]["seed"] == 20260901
    assert manifest["git"] is None
    assert "pandas" in manifest["inputs"]["libraries"]
    assert manifest["finished"] >= manifest["started"]


def test_a_library_s_warning_is_counted_and_not_published(ran: SimpleNamespace) -> None:
    event = last(ran, "warns")
    assert [(finding.code, finding.severity) for finding in event.findings] == [("notebook.stderr_dropped", "warning")]
    assert CANARY not in published(ran.project, "warns").read_text(encoding="utf-8")
    assert CANARY not in published(ran.project, "warns").with_suffix(".html").read_text(encoding="utf-8")


def test_the_index_lists_what_was_published(ran: SimpleNamespace) -> None:
    page = ran.project.index.read_text(encoding="utf-8")
    assert 'href="fine/descriptive.zh.html"' in page
    assert 'href="killed/descriptive.zh.html"' not in page
    assert "测试点 &lt;b&gt;" in page and "Test site &lt;b&gt;" in page and "<b>" not in page
    assert "http" not in page


def test_what_is_up_to_date_is_left_alone(ran: SimpleNamespace) -> None:
    before = contents(ran.root / "reports")
    events: list[Event] = []
    assert run(Request(sites=("fine", "warns")), project=ran.project, n_jobs=1, listen=events.append) == 0
    assert [event.status for event in events] == ["up_to_date", "up_to_date"]
    assert contents(ran.root / "reports") == before


def test_a_forced_run_writes_the_same_bytes(ran: SimpleNamespace) -> None:
    outputs = [published(ran.project), published(ran.project).with_suffix(".html")]
    before = [path.read_bytes() for path in outputs]
    events: list[Event] = []
    assert run(Request(sites=("fine",), force=True), project=ran.project, n_jobs=1, listen=events.append) == 0
    assert [event.status for event in events] == ["started", "written"]
    assert [path.read_bytes() for path in outputs] == before


# ---- Ctrl-C and killed runs


def interrupted_run(root: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """The command on a notebook that hangs, once its kernel runs; with every process below it."""
    started = root / "started"
    make_project(root)
    write_notebook(root, "descriptive", f"open({str(started)!r}, 'w').close()", "import time; time.sleep(600)")
    command = subprocess.Popen(
        [sys.executable, "-m", "efficacy", "run", "--project", str(root), "--language", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not started.exists():
        if time.monotonic() > deadline or command.poll() is not None:
            command.kill()
            pytest.fail(f"the kernel did not start: {command.communicate()}")
        time.sleep(0.05)
    return command, psutil.Process(command.pid).children(recursive=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_kernels_and_leaves_nothing(tmp_path: Path) -> None:
    command, below = interrupted_run(tmp_path)
    os.kill(command.pid, signal.SIGINT)
    _, stderr = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "Interrupted" in stderr and "Traceback" not in stderr
    assert psutil.wait_procs(below, timeout=10)[1] == []
    assert not [path for path in (tmp_path / "reports").rglob("*") if path.suffix != ".lock" and path.is_file()]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_takes_its_kernels_along(tmp_path: Path) -> None:
    command, below = interrupted_run(tmp_path)
    command.kill()
    command.communicate(timeout=30)
    assert psutil.wait_procs(below, timeout=10)[1] == []
    assert not [path for path in (tmp_path / "reports").rglob("*") if path.suffix != ".lock" and path.is_file()]


# ---- checks before anything starts


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two sites; starting a process fails the test."""

    def no_process(job: Job) -> None:
        pytest.fail(f"{job.site} was started")

    monkeypatch.setattr(runner, "start", no_process)
    return make_project(tmp_path, {"here": ("descriptive", "factor"), "there": ("descriptive",)})


def edit(project: Project, site: str, old: str, new: str) -> None:
    path = project.parameter_file(site)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_misspelt_key_fails_its_site_only(project: Project) -> None:
    edit(project, "here", "sampling:", "samplign:")
    checked = check(Request(), project=project)
    assert [job.site for job in checked.jobs] == ["there"]
    (event,) = checked.events
    assert (event.site, event.status, event.exit_code) == ("here", "failed", 4)
    assert {finding.values.get("nearest") for finding in event.findings} >= {"sampling"}


def test_data_errors_come_before_any_kernel(project: Project) -> None:
    answers = project.root / "data" / "here" / "answers.csv"
    answers.write_text(answers.read_text(encoding="utf-8").replace(",5,", ",6,", 1), encoding="utf-8")
    checked = check(Request(sites=("here",)), project=project)
    assert checked.jobs == ()
    assert [(event.exit_code, event.status) for event in checked.events] == [(3, "failed")]
    assert CANARY not in repr(checked.events)


def test_a_missing_data_file_is_a_data_error(project: Project) -> None:
    (project.root / "data" / "here" / "answers.csv").unlink()
    (event,) = check(Request(sites=("here",)), project=project).events
    assert event.exit_code == 3
    assert event.findings[0].file == "data/here/answers.csv"


def test_the_exit_code_is_that_of_the_first_site_that_fails(project: Project) -> None:
    edit(project, "there", "sampling:", "samplign:")
    (project.root / "data" / "here" / "answers.csv").unlink()
    before = contents(project.root)
    events: list[Event] = []
    assert run(Request(), project=project, n_jobs=1, listen=events.append) == 3
    assert run(Request(sites=("there", "here")), project=project, n_jobs=1, listen=events.append) == 4
    assert contents(project.root) == before, "nothing could be made, so nothing is written, no index either"


SETTINGS = {
    "of a report not asked for": (Request(reports=("descriptive",), settings={"factor": {"n_factors": 2}}), "factor"),
    "of a report no site declares": (Request(settings={"intervention": {"retest_r": 0.7}}), "intervention"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_a_setting_that_would_be_lost_is_refused(case: str, project: Project) -> None:
    request, report = SETTINGS[case]
    with pytest.raises(UsageError) as caught:
        check(request, project=project)
    assert [(f.code, f.values["report"]) for f in caught.value.findings] == [("usage.setting_unused", report)]


def test_a_setting_for_some_of_the_sites_is_no_mistake(project: Project) -> None:
    jobs = check(Request(settings={"factor": {"n_factors": 2}}), project=project).jobs
    assert [(job.site, job.report) for job in jobs] == [
        ("here", "descriptive"),
        ("here", "factor"),
        ("there", "descriptive"),
    ]


def test_a_scale_set_for_one_run_is_looked_up_before_a_kernel_starts(project: Project) -> None:
    request = Request(sites=("there",), settings={"descriptive": {"scale": "totla"}})
    (event,) = check(request, project=project).events
    assert (event.exit_code, [f.code for f in event.findings]) == (4, ["parameters.unknown_scale"])
    assert (event.findings[0].file, event.findings[0].column) == ("--set", "descriptive.scale")


def test_our_own_bug_in_reading_a_site_is_exit_1(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(runner, "load_studies", broken)
    (event,) = check(Request(sites=("there",)), project=project).events
    assert event.exit_code == 1
    assert event.findings[0].values["type"] == "KeyError"
    assert CANARY not in repr(event)


def test_findings_of_severity_error_stop_a_site(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = (Finding("data.note", "note"), Finding("data.bad"))
    monkeypatch.setattr(runner, "load_studies", lambda *_, **__: (SimpleNamespace(findings=findings),))
    with pytest.raises(DataError, match=r"^data\.bad$"):
        runner.check_data("here", project)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request(sites=("her",)), "usage.unknown_site"),
        (Request(reports=("facter",)), "usage.unknown_report"),
        (Request(settings={"facter": {}}), "usage.unknown_report"),
        (Request(reports=("intervention",)), "usage.nothing_to_run"),
    ],
)
def test_wrong_use_is_refused(project: Project, request_: Request, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        check(request_, project=project)


def test_a_project_without_sites_is_refused(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    with pytest.raises(UsageError, match=r"usage\.no_sites"):
        check(Request(), project=Project(tmp_path))


def test_a_report_named_for_all_sites_runs_where_it_is_declared(project: Project) -> None:
    checked = check(Request(reports=("factor",)), project=project)
    assert [(job.site, job.report) for job in checked.jobs] == [("here", "factor")]


def test_a_report_named_for_a_site_must_be_declared_there(project: Project) -> None:
    (event,) = check(Request(sites=("there",), reports=("factor",)), project=project).events
    assert event.exit_code == 4
    assert event.findings[0].code == "parameters.report_not_declared"


def test_settings_language_and_profile_reach_the_job(project: Project) -> None:
    request = Request(
        sites=("here",), reports=("factor",), language="en", profile="internal", settings={"factor": {"n_factors": 2}}
    )
    (job,) = check(request, project=project).jobs
    assert job.parameters["n_factors"] == 2
    assert job.parameters["site"] == "here"
    assert (job.language, job.parameters["language"], job.profile) == ("en", "en", "internal")
    assert job.name == "reports/here/internal/factor.en.html", "what people open"
    assert Job.from_json(job.to_json()).files == job.files


def test_a_misspelt_setting_is_a_parameter_error(project: Project) -> None:
    request = Request(sites=("here",), reports=("factor",), settings={"factor": {"n_factor": 2}})
    (event,) = check(request, project=project).events
    assert event.exit_code == 4
    assert event.findings[0].values["nearest"] == "n_factors"
    assert (event.findings[0].file, event.findings[0].column) == ("--set", "factor.n_factor")


def test_a_notebook_that_is_not_there_is_named(project: Project) -> None:
    (project.root / "notebooks" / "factor.ipynb").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("efficacy.project.shipped_notebooks", lambda: project.root / "nowhere")
        (event,) = check(Request(sites=("here",)), project=project).events
    assert (event.exit_code, event.findings[0].code) == (7, "notebook.missing")


def test_a_damaged_notebook_is_named(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project.root / "notebooks" / "descriptive.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"notebook\.unreadable"):
        execute(job_of(project), workspace=tmp_path_factory.mktemp("workspace"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_reports_cannot_leave_their_folder(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project.reports / "there").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    (event,) = check(Request(sites=("there",)), project=project).events
    assert (event.exit_code, event.findings[0].code) == (4, "parameters.path_outside_reports")


def test_settings_follow_the_rules_of_parameter_files() -> None:
    texts = ["factor.n_factors=2", "factor.rotation=varimax", "descriptive.group_by=[sex, grade]", "factor.wave=null"]
    assert read_settings(texts) == {
        "factor": {"n_factors": 2, "rotation": "varimax", "wave": None},
        "descriptive": {"group_by": ["sex", "grade"]},
    }
    for text in ("factor.n_factors", "n_factors=2", "=", "factor.a b=1", "factor.x=1\ny: 2"):
        with pytest.raises(UsageError, match=r"usage\.bad_setting"):
            read_settings([text])
    with pytest.raises(ParameterError) as caught:
        read_settings(["factor.wave=no"])
    assert (caught.value.findings[0].file, caught.value.findings[0].column) == ("--set", "factor.wave")


# ---- freshness


def test_every_input_counts_for_freshness(project: Project) -> None:
    def fingerprint() -> str:
        checked = check(Request(sites=("there",)), project=project)
        return runner.Inputs(**checked.jobs[0].inputs).fingerprint

    seen = {fingerprint()}
    assert fingerprint() in seen
    for path in (
        project.parameter_file("there"),
        project.root / "data" / "there" / "answers.csv",
        project.root / "notebooks" / "descriptive.ipynb",
        project.root / "params" / "instruments" / "tiny.yml",
    ):
        with path.open("a", encoding="utf-8") as stream:
            stream.write("\n")
        assert fingerprint() not in seen, path.name
        seen.add(fingerprint())


def test_a_changed_output_is_not_up_to_date(project: Project) -> None:
    job = jobs_of("there", Request(), project)[0]
    inputs = runner.Inputs(**job.inputs)
    output = job.files.html
    output.parent.mkdir()
    output.write_text("page", encoding="utf-8")
    manifest = {"schema": 1, "fingerprint": inputs.fingerprint, "outputs": {output.name: sha256(output)}}
    job.files.manifest.write_text(json.dumps(manifest), encoding="utf-8")
    assert up_to_date(job.files.manifest, inputs)
    output.write_text("another", encoding="utf-8")
    assert not up_to_date(job.files.manifest, inputs)
    output.unlink()
    assert not up_to_date(job.files.manifest, inputs)
    job.files.manifest.write_text("{", encoding="utf-8")
    assert not up_to_date(job.files.manifest, inputs)


def test_every_data_file_of_a_site_is_found() -> None:
    text = {
        "schema": 1,
        "site": "s",
        "title": {"zh": "a", "en": "a"},
        "population": {"zh": "a", "en": "a"},
        "data_origin": "public",
        "sampling": "census",
        "reports": ["descriptive"],
        "waves": [{"id": "pre", "role": "baseline"}],
        "sources": [{"file": "data/s/a.csv", "format": "csv", "id": "n", "wave": "pre"}],
        "scores": [
            {
                "scale": "m",
                "wave": "pre",
                "column": "m",
                "label": {"zh": "a", "en": "a"},
                "minimum": 0.0,
                "maximum": 1.0,
            }
        ],
        "sessions": {"file": "data/s/b.csv", "format": "csv", "id": "n", "session": "s", "attended": "a"},
        "causes": {"file": "data/s/c.csv", "format": "csv", "id": "n", "level": "l"},
    }
    assert data_files(Site.model_validate_json(json.dumps(text))) == ("data/s/a.csv", "data/s/b.csv", "data/s/c.csv")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_manifest_s_commit_and_dirty_flag(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *names, *arguments], check=True, capture_output=True)

    project = make_project(tmp_path)
    assert git_state(project) is None
    (project.reports / "made.ipynb").write_text("1", encoding="utf-8")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    state = git_state(project)
    assert state is not None and len(state["commit"]) == 40 and state["dirty"] is False
    (project.reports / "made.ipynb").write_text("2", encoding="utf-8")
    assert git_state(project) == state
    edit(project, "here", "convenience", "census")
    assert git_state(project) == state | {"dirty": True}


# ---- one report in this process: locks and machines that refuse


def job_of(project: Project) -> Job:
    return jobs_of("there", Request(), project)[0]


def test_two_runs_of_one_output_do_not_meet(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    job = job_of(project)
    job.files.lock.parent.mkdir()
    with FileLock(job.files.lock), pytest.raises(MachineError) as caught:
        execute(job, workspace=tmp_path_factory.mktemp("workspace"))
    assert [(f.code, f.file) for f in caught.value.findings] == [("machine.locked", job.name)]
    with only_writer(job.files.lock, name=job.name):  # free again
        pass


def test_reports_that_cannot_be_written_are_a_machine_error(project: Project, tmp_path: Path) -> None:
    (project.reports / "there").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(MachineError) as caught:
        execute(job_of(project), workspace=tmp_path)
    assert caught.value.findings[0].code == "machine.cannot_write"
    assert str(tmp_path) not in repr(caught.value.findings)


def test_a_process_that_cannot_start_is_a_machine_error(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Job) -> None:
        raise OSError(errno.ENOSPC, "No space left", CANARY)

    monkeypatch.setattr(runner, "start", full)
    events: list[Event] = []
    assert run(Request(sites=("there",)), project=project, n_jobs=1, listen=events.append) == 8
    assert [finding.code for finding in events[0].findings] == ["machine.disk_full"]
    assert CANARY not in repr(events)


def test_a_full_disk_leaves_the_earlier_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.json"
    publish({first: "one", second: "two"})
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left", CANARY)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError) as caught:
        publish({first: "three", second: "four"})
    assert caught.value.findings[0] == Finding("machine.disk_full", file="a.html", values={"reason": "ENOSPC"})
    assert (first.read_text(encoding="utf-8"), second.read_text(encoding="utf-8")) == ("one", "two")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.json"]
    assert partial(first).name == ".partial.a.html"


def test_inputs_that_change_meanwhile_are_noticed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(project)
    executed = notebook("print(1)")
    for number, cell in enumerate(executed.cells, start=1):
        cell.execution_count = number
    monkeypatch.setattr("efficacy.runs.execute._executed", lambda *_: executed)
    edit(project, "there", "convenience", "census")
    with pytest.raises(MachineError, match=r"machine\.inputs_changed"):
        execute(job, workspace=tmp_path)
    assert not job.files.notebook.exists()


def test_a_process_has_an_environment_of_its_own(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    made = environment(job_of(project), tmp_path)
    assert "PYTHONWARNINGS" not in made
    assert made["EFFICACY_PROJECT"] == str(project.root)
    assert made["PYTHONHASHSEED"] == "0"
    assert made["JUPYTER_RUNTIME_DIR"].startswith(str(tmp_path))


# ---- notebooks as documents


def executed(*cells: str) -> NotebookNode:
    made = notebook(*cells)
    for number, cell in enumerate((cell for cell in made.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = number
    return made


def test_one_language_keeps_the_rest() -> None:
    source = executed("zh:中", "en:English", "1")
    source.cells[3].outputs = [nbformat.v4.new_output("stream", text="old")]
    chosen = one_language(source, "en")
    assert [cell.source for cell in chosen.cells][1:] == ["English", "1"]
    assert chosen.cells[2].outputs == [] and chosen.cells[2].execution_count is None
    assert len(source.cells) == 4, "the source is left alone"


def test_every_cell_has_a_stable_id() -> None:
    source = notebook("1", "2")
    del source.cells[1]["id"]
    source.cells[2]["id"] = source.cells[0]["id"]
    first, second = one_language(source, "zh"), one_language(source, "zh")
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells] == ["parameters", "cell-2", "cell-3"]


def test_one_parameters_cell_is_needed() -> None:
    check_parameters_cell(notebook("1"), name="n")
    for wrong in (notebook("1", parameters=False), notebook("1")):
        if len(wrong.cells) == 2:
            wrong.cells[1].metadata["tags"] = ["parameters"]
        with pytest.raises(NotebookError, match=r"notebook\.parameters_cell"):
            check_parameters_cell(wrong, name="n")


def test_a_notebook_is_finished_when_every_cell_ran_without_error() -> None:
    made = executed("1", "2", "  ")
    made.cells[3].execution_count = None  # nothing in it to run
    assert first_unfinished(made) is None
    made.cells[2].execution_count = None
    assert first_unfinished(made) == 3
    made.cells[1].outputs = [nbformat.v4.new_output("error", ename="SystemExit", evalue="0", traceback=[])]
    assert first_unfinished(made) == 2


def test_canonical_takes_out_what_differs_between_equal_runs() -> None:
    made = executed("1")
    made.metadata["papermill"] = {"input_path": "somewhere"}
    made.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    made.cells[1].metadata = nbformat.from_dict(
        {"papermill": {"duration": 2.5}, "tags": ["injected-parameters"], "execution": {"iopub.status.busy": "now"}}
    )
    made.cells[1]["id"] = "random"
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name=name, text=name) for name in ("stdout", "stderr")]
    clean, taken = canonical(made)
    assert "papermill" not in clean.metadata and "version" not in clean.metadata.language_info
    assert clean.cells[1].id == "injected-parameters"
    assert dict(clean.cells[1].metadata) == {"tags": ["injected-parameters"]}
    assert [output.text for output in clean.cells[1].outputs] == ["stdout"]
    assert taken["stderr_dropped"] == 1
    assert taken["cells"][1] == {"id": "injected-parameters", "seconds": 2.5}
    assert canonical(clean)[0] == clean


# ---- errors between processes, and the index


def test_errors_travel_between_processes_without_text() -> None:
    error = ParameterError([Finding("parameters.missing", file="a.yml", row=2, values={"key": "k"})])
    back = error_from_json(error.to_json())
    assert isinstance(back, ParameterError) and back.findings == error.findings
    assert error_from_json(error._render_traceback_()[0]) is not None
    for text in ("", "{", "[]", '{"error": "Exception", "findings": []}', '{"error": "DataError"}'):
        assert error_from_json(text) is None
    try:
        raise ValueError(CANARY)
    except ValueError as raised:
        bug = our_bug(raised)
    assert isinstance(bug, EfficacyError) and bug.exit_code == 1
    assert bug.findings[0].values["type"] == "ValueError"
    assert str(bug.findings[0].values["where"]).startswith("tests/test_runs.py:")
    assert CANARY not in repr(bug.findings)


def test_an_empty_index_says_so() -> None:
    page = index_page(())
    assert "No reports yet." in page and "<table>" not in page


def test_internal_reports_are_not_in_the_index(project: Project) -> None:
    for folder in (project.reports / "there", project.reports / "there" / "internal"):
        folder.mkdir()
        (folder / "descriptive.zh.html").write_text("page", encoding="utf-8")
        manifest = {
            "schema": 1,
            "title": {"zh": "甲", "en": "A"},
            "report": "descriptive",
            "language": "zh",
            "data_origin": "public",
        }
        (folder / "descriptive.zh.manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (project.reports / "there" / "old.zh.html").write_text("page", encoding="utf-8")
    (project.reports / "there" / "old.zh.manifest.json").write_text('{"schema": 1}', encoding="utf-8")
    runner.write_index(project)
    page = project.index.read_text(encoding="utf-8")
    assert page.count("<a href") == 1 and "internal" not in page
