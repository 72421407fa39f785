"""The series of a single case held against its parameters: outcomes that are declared, values that they allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..fitting import nearest_name
from ..params import CaseStudy, Site
from .audit import Audit
from .registers import OpenRegister, rows_by_file


def check_case_study(
    site: Site, opened: Sequence[OpenRegister], registers: Mapping[str, pd.DataFrame], audit: Audit
) -> None:
    """Errors for outcomes and subjects that one names and the other does not, and for values outside their range.

    registers: as ``read_registers`` gives them.
    """
    study = site.case_study
    if study is None or "series" not in registers or audit.incomplete:
        return
    outcomes = [outcome.value for outcome in study.outcomes]
    for register, rows in rows_by_file("series", opened, registers["series"]):
        _check_words(rows["outcome"], outcomes, "case_study.outcomes", register, audit)
        _check_values(study, rows, register, audit)
    for outcome in outcomes:
        if not (registers["series"]["outcome"] == outcome).any():
            audit.add("data.outcome_without_points", severity="warning", values={"name": outcome})
    if study.subjects and "cohort_marks" in registers:
        known = set(registers["cohort_marks"]["subject"])
        for subject in study.subjects:
            if subject not in known:
                audit.add("data.subject_without_marks", severity="warning", values={"name": subject})


def _check_words(words: pd.Series, known: Sequence[str], key: str, register: OpenRegister, audit: Audit) -> None:
    unknown = words[words.notna() & ~words.isin(list(known))]
    if len(unknown):
        values = {"key": key, "allowed": tuple(known), "nearest": nearest_name(str(unknown.iloc[0]), known)}
        column = register.columns.get(str(words.name))
        audit.add("data.undeclared_word", register.table, column=column, rows=unknown.index, values=values)


def _check_values(study: CaseStudy, rows: pd.DataFrame, register: OpenRegister, audit: Audit) -> None:
    for outcome in study.outcomes:
        own = rows.loc[rows["outcome"] == outcome.value, "value"]
        low = outcome.minimum if outcome.minimum is not None else -float("inf")
        high = outcome.maximum if outcome.maximum is not None else float("inf")
        outside = own.index[own.notna() & ~own.between(low, high)]
        if len(outside):
            values = {"name": outcome.value, "minimum": low, "maximum": high}
            audit.add(
                "data.outside_outcome",
                register.table,
                column=register.columns.get("value"),
                rows=outside,
                values=values,
            )
