"""From a site's parameters and raw files to its Study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..errors import DataError, Finding, PrivacyError
from ..instruments import Instrument
from ..params import SiteFile, load_site
from ..project import Project, find_project
from .answers import Marks, long_marks, long_responses, read_answers, read_marks
from .audit import Audit
from .case_study import check_case_study
from .declared import site_instruments
from .identity import Pseudonyms, assign_pseudonyms, pseudonym_key
from .mapping import map_columns
from .model import PERSON_COLUMN, Study
from .people import read_participants
from .programme import settle_programme
from .quality import read_quality
from .records import read_causes, read_sessions
from .registers import everybody, map_register_columns, open_registers, read_registers
from .scoring import score
from .sources import Loaded, load_sources
from .waves import check_comparison, check_dates, check_matching, check_repetition


def load_study(site: str | Path, *, project: Project | str | Path | None = None) -> Study:
    """Read, check and score everything a site's parameters name.

    site: a site's name, or the path of its parameter file. project: the project or its folder; found as
    ``find_project`` does where left out. Raises UsageError (unknown site), ParameterError (parameters, instrument),
    DataError with every error found in the files, or PrivacyError where one of them is about privacy.
    """
    home = _home(site, project)
    loaded_site = load_site(Path(site).stem if _is_path(site) else str(site), project=home)
    return _read(loaded_site, home)


def check_site(site: str | Path, *, project: Project | str | Path | None = None) -> tuple[Finding, ...]:
    """What reading a site finds in its files: every error, or else the warnings and notes of its Study."""
    try:
        return load_study(site, project=project).findings
    except (DataError, PrivacyError) as error:
        return error.findings


def _is_path(site: str | Path) -> bool:
    return isinstance(site, Path) or site.endswith((".yml", ".yaml"))


def _home(site: str | Path, project: Project | str | Path | None) -> Project:
    if isinstance(project, Project):
        return project
    if project is None and _is_path(site):
        return find_project(Path(site).resolve().parent.parent)
    return find_project(project)


def _read(loaded_site: SiteFile, project: Project) -> Study:
    site = loaded_site.site
    instruments = {instrument.id: instrument for instrument in site_instruments(loaded_site, project=project)}
    audit = Audit(minimum_cell=site.minimum_cell)
    loaded = load_sources(site, project, audit)
    opened = open_registers(site, project, audit)
    pseudonyms = _pseudonyms(loaded) if site.sources else everybody(opened, audit)
    sheets = read_answers(site, instruments, loaded, audit)
    marks = read_marks(site, loaded, audit)
    participants = read_participants(site, project, loaded, pseudonyms, audit)
    sessions = read_sessions(site, project, participants, pseudonyms, audit)
    causes = read_causes(site, project, pseudonyms, audit)
    registers = read_registers(site, opened, pseudonyms, audit)
    registers = settle_programme(site, opened, registers, sessions=sessions, participants=participants, audit=audit)
    check_case_study(site, opened, registers, audit)
    audit.stop_at_errors()  # what follows compares waves, which half-read files cannot support

    responses = long_responses(sheets, pseudonyms)
    scores = _scores(instruments, responses, marks, pseudonyms)
    measured = _measured(responses, scores)
    check_matching(site, participants, measured, audit)
    check_comparison(site, participants, measured, audit)
    check_repetition(sheets, audit)
    check_dates(site, loaded, audit)
    quality = read_quality(sheets, pseudonyms, audit)
    audit.stop_at_errors()
    return Study(
        site=site,
        instruments=tuple(instruments.values()),
        participants=participants,
        responses=responses,
        scores=scores,
        sessions=sessions,
        causes=causes,
        registers={"quality": quality, **registers},
        findings=tuple(audit.findings),
        cleaning_log=audit.cleaning_log(),
        input_hashes=audit.hashes,
        encodings=audit.encodings,
        columns=pd.concat(
            [map_columns(site, loaded, sheets, marks, audit), map_register_columns(opened)], ignore_index=True
        ),
    )


def _pseudonyms(loaded: Sequence[Loaded]) -> Pseudonyms:
    ids = [identifier for found in loaded for identifier in found.ids]
    key = pseudonym_key(loaded[0].table.cells) if loaded else b""
    return assign_pseudonyms(ids, key=key)


def _scores(
    instruments: Mapping[str, Instrument], responses: pd.DataFrame, marks: Sequence[Marks], pseudonyms: Pseudonyms
) -> pd.DataFrame:
    """Computed and ready-made scores; n_answered is missing where a score arrived ready-made."""
    parts = [score(responses, instrument) for instrument in instruments.values() if _is_answered(responses, instrument)]
    parts.append(long_marks(marks, pseudonyms).assign(n_answered=float("nan")))
    return pd.concat([part.astype({"n_answered": "Int64"}) for part in parts], ignore_index=True)


def _is_answered(responses: pd.DataFrame, instrument: Instrument) -> bool:
    return bool(responses["item"].isin([item.name for item in instrument.items]).any())


def _measured(responses: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """participant_id and wave of every child with at least one answer or score."""
    columns = [PERSON_COLUMN, "wave"]
    answered, scored = responses.dropna(subset=["response"]), scores.dropna(subset=["score"])
    return pd.concat([answered[columns], scored[columns]]).drop_duplicates()
