"""The command ``efficacy``: run, check, list, new, template, design.

Bodies of commands import what they need, so that ``efficacy --help`` answers at once. Exit codes: 0 done, 1 our bug,
2 wrong use of the command, 3 data, 4 parameters or instrument, 5 privacy, 7 notebook or kernel, 8 machine, 130
interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from ..documents import Language
from ..errors import EfficacyError, our_bug
from ..project import find_project
from .design import design_command
from .listener import Listener
from .speech import (
    MAXIMUM_FINDINGS,
    asked_language,
    locale_language,
    print_error,
    print_findings,
    site_language,
    width,
    words,
)

if TYPE_CHECKING:
    from types import FrameType

    from ..runs.overview import CheckedSite

INTERRUPTED = 130

app = typer.Typer(
    name="efficacy",
    help="Reports for small studies of children's academic self-efficacy, from raw survey files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SitesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="SITE", help="Names of files in params/; none means all.")
]
ProjectOption = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="The project's folder; else the nearest one above.")
]
LanguageOption = Annotated[
    Literal["zh", "en"] | None, typer.Option("--language", help="Language of reports and messages.")
]
AllFindingsOption = Annotated[bool, typer.Option("--all-findings", help="Print every finding, not the first 20.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed_version

        print(f"efficacy {installed_version('efficacy')}")
        raise typer.Exit


@app.command("run")
def run_command(
    sites: SitesArgument = None,
    report: Annotated[list[str] | None, typer.Option("--report", help="Only this report; may be repeated.")] = None,
    language: LanguageOption = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Reports at a time; default: cores.")] = None,
    profile: Annotated[
        Literal["share", "internal"] | None, typer.Option("--profile", help="internal shows single children.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="REPORT.KEY=VALUE", help="One parameter for this run; may be repeated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make reports again that are up to date.")] = False,
    cell_timeout: Annotated[
        int, typer.Option("--cell-timeout", min=1, metavar="SECONDS", help="Longest a notebook cell may run.")
    ] = 600,
    project: ProjectOption = None,
    all_findings: AllFindingsOption = False,
) -> None:
    """Make the reports of all or some sites; what is up to date is left alone."""
    from ..runs.jobs import Request
    from ..runs.runner import run
    from ..runs.settings import read_settings

    home = find_project(project)
    request = Request(
        sites=tuple(sites or ()),
        reports=tuple(report or ()),
        language=language,
        profile=profile,
        settings=read_settings(setting or ()),
        force=force,
        cell_timeout=cell_timeout,
    )
    with Listener(home, language, limit=None if all_findings else MAXIMUM_FINDINGS) as listener:
        code = run(request, project=home, n_jobs=jobs or os.cpu_count() or 1, listen=listener.hear)
    if code == 0:
        spoken = language or listener.only_language or locale_language()
        print(words("index_at", spoken, name=home.relative(home.index)))
    raise typer.Exit(code)


@app.command("check")
def check_command(
    sites: SitesArgument = None,
    language: LanguageOption = None,
    project: ProjectOption = None,
    all_findings: AllFindingsOption = False,
) -> None:
    """Read parameters and data and say what is wrong with them; nothing is written."""
    from ..runs.jobs import Request, chosen_sites
    from ..runs.overview import check_site

    home = find_project(project)
    limit = None if all_findings else MAXIMUM_FINDINGS
    codes = []
    for site in chosen_sites(Request(sites=tuple(sites or ())), home):
        spoken = language or site_language(site, home)
        checked = check_site(site, home)
        codes.append(checked.exit_code)
        if not checked.exit_code:
            _print_reading(site, checked, spoken)
        print_findings(checked.findings, spoken, limit=limit)
        if checked.exit_code:
            print_error(words("check_bad", spoken, site=site, count=len(checked.findings)))
    raise typer.Exit(next((code for code in codes if code), 0))


def _print_reading(name: str, checked: CheckedSite, language: Language) -> None:
    """What a person compares with the questionnaire: which column was taken for what, and how many children."""
    from ..runs.overview import children_by_wave
    from ..runs.reading import reading_lines

    print(words("check_good", language, site=name))
    print("  " + words("check_reports", language, reports=", ".join(checked.reports)))
    for study in checked.studies:
        if study.site.site != name:
            print("  " + words("check_site", language, site=study.site.site))
        print("  " + words("check_children", language, count=len(study.participants)))
        for wave, count in children_by_wave(study).items():
            print("  " + words("check_wave", language, wave=wave, count=count))
        for line in reading_lines(study, language):
            print("  " + line)
    sys.stdout.flush()  # before the warnings, also where both go into one file


@app.command("list")
def list_command(language: LanguageOption = None, project: ProjectOption = None) -> None:
    """Show every parameter file with its reports, their language and whether they are up to date."""
    from ..runs.overview import list_reports

    home = find_project(project)
    spoken = language or locale_language()
    rows = [tuple(words(f"list_{name}", spoken) for name in ("site", "report", "language", "state"))]
    for entry in list_reports(home):
        state = words(f"list_{entry.state}", spoken, site=entry.site)
        rows.append((entry.site, entry.report or "-", entry.language or "-", state))
    widths = [max(width(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=False))
        print("  ".join([*padded, row[3]]))


@app.command("new")
def new_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet, or is empty.")],
    language: LanguageOption = None,
) -> None:
    """Make a project of your own: an example parameter file, folders for data and reports, a short guide."""
    from ..runs.new_project import make_project

    spoken = language or locale_language()
    make_project(folder, language=spoken)
    print(words("new_made", spoken, name=folder.name))


@app.command("template")
def template_command(
    kinds: Annotated[list[str], typer.Argument(metavar="KIND...", help="Kinds of registers, one sheet each.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE.xlsx", help="The workbook to be written.")] = Path(
        "registers.xlsx"
    ),
    language: LanguageOption = None,
) -> None:
    """Write an empty workbook for registers, with drop-down lists; it is read back without further parameters."""
    from ..runs.templates import write_template

    spoken = language or locale_language()
    write_template(to, kinds, language=spoken)
    print(words("template_made", spoken, name=to.name))


app.command("design")(design_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Entry point: every way out has its exit code, and no exception's text reaches the screen."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a Windows console may lack a character
    signal.signal(signal.SIGTERM, _interrupt)
    given = list(sys.argv[1:] if arguments is None else arguments)
    code = _exit_code(given)
    if code == INTERRUPTED:
        print_error(words("interrupted", asked_language(given)))
    sys.exit(code)


def _exit_code(arguments: list[str]) -> int:
    try:
        code: Any = app(args=arguments, standalone_mode=False)  # typer turns Exit and Ctrl-C into a code
        return code if isinstance(code, int) else 0
    except EfficacyError as error:
        print_findings(error.findings, asked_language(arguments), limit=MAXIMUM_FINDINGS)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):  # the command was used wrongly: typer says how
            error.show()
            return int(error.exit_code)
        bug = our_bug(error)
        print_findings(bug.findings, asked_language(arguments), limit=None)
        return bug.exit_code


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
