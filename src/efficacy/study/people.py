"""The children of a study: covariates, and who was in which group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..params import Arms, Covariate, Site
from ..project import Project
from .audit import Audit
from .identity import Pseudonyms, read_ids
from .model import PERSON_COLUMN
from .readers import RawTable
from .sources import Loaded, holding, only_children, open_table, require
from .values import covariate_reader, level_reader, read_column


def read_participants(
    site: Site, project: Project, loaded: Sequence[Loaded], pseudonyms: Pseudonyms, audit: Audit
) -> pd.DataFrame:
    """One row a child, indexed by participant_id: covariates in the order declared, then ``arm`` if there are any."""
    people = pd.DataFrame(index=pd.Index(sorted(pseudonyms.codes.values()), name=PERSON_COLUMN, dtype="str"))
    for covariate in site.covariates:
        values = _covariate(covariate, loaded, pseudonyms, audit).reindex(people.index)
        people[covariate.name] = _typed(values, covariate)
    if site.arms is not None:
        people["arm"] = _arms(site.arms, project, loaded, pseudonyms, audit).reindex(people.index)
        _check_arms(site.arms, people["arm"], audit)
    return people


def _covariate(covariate: Covariate, loaded: Sequence[Loaded], pseudonyms: Pseudonyms, audit: Audit) -> pd.Series:
    parts = []
    for found, column in holding(loaded, covariate.column, audit):
        reader = covariate_reader(covariate, found.missing, table=found.table, column=column)
        parts.append(by_person(read_column(found.table, column, reader, audit), found.ids, pseudonyms))
    return _first_of_each(parts)


def _typed(values: pd.Series, covariate: Covariate) -> pd.Series:
    if covariate.kind == "number":
        return values.astype(float)
    levels = [level.value for level in covariate.levels]
    return values.astype(pd.CategoricalDtype(levels, ordered=covariate.kind == "ordinal"))


def by_person(values: pd.Series, ids: pd.Series, pseudonyms: Pseudonyms) -> pd.Series:
    """Values by row as values by child."""
    return values.loc[ids.index].set_axis(pd.Index(pseudonyms.of(ids), name=PERSON_COLUMN))


def _first_of_each(parts: Iterable[pd.Series]) -> pd.Series:
    """One value a child, the first that is not missing."""
    filled = [part.dropna().astype(object) for part in parts]
    if not filled:
        return pd.Series(dtype=object, index=pd.Index([], name=PERSON_COLUMN, dtype="str"))
    values: pd.Series = pd.concat(filled)
    return values[~values.index.duplicated()]


def _arms(arms: Arms, project: Project, loaded: Sequence[Loaded], pseudonyms: Pseudonyms, audit: Audit) -> pd.Series:
    levels = pd.CategoricalDtype([level.value for level in arms.levels])
    if arms.file is not None:
        values = _roster(arms, project, pseudonyms, audit)
    else:
        parts = []
        for found, column in holding(loaded, arms.column, audit):
            labels = found.table.value_labels.get(column)
            reader = level_reader(arms.levels, found.missing, problem="unknown_arm", value_labels=labels)
            parts.append(by_person(read_column(found.table, column, reader, audit), found.ids, pseudonyms))
        values = _first_of_each(parts)
    if arms.otherwise is not None:
        everyone = pd.Index(sorted(pseudonyms.codes.values()), name=PERSON_COLUMN)
        values = values.reindex(everyone).fillna(arms.otherwise)
    return values.astype(levels)


def _roster(arms: Arms, project: Project, pseudonyms: Pseudonyms, audit: Audit) -> pd.Series:
    """The arm of each child on the list; a child on it that no source holds is an error."""
    assert arms.file is not None and arms.id is not None and arms.format is not None
    table = open_table(project, arms.file, format=arms.format, sheet=arms.sheet, audit=audit)
    if table is None:
        return _first_of_each([])
    id_column, arm_column = require(table, arms.id, audit), require(table, arms.column, audit)
    if id_column is None or arm_column is None:
        return _first_of_each([])
    table = only_children(table, id_column, keep=[arm_column], audit=audit)
    ids = known_ids(table, id_column, pseudonyms, audit)
    reader = level_reader(
        arms.levels, frozenset(), problem="unknown_arm", value_labels=table.value_labels.get(arm_column)
    )
    return _first_of_each([by_person(read_column(table, arm_column, reader, audit), ids, pseudonyms)])


def known_ids(table: RawTable, column: str, pseudonyms: Pseudonyms, audit: Audit, *, once: bool = True) -> pd.Series:
    """The ids of a further table by row; rows of children whom no source holds are errors and absent."""
    ids = read_ids(table, column, audit, once=once)
    unknown = ids[~ids.isin(list(pseudonyms.codes))]
    if len(unknown) and not audit.incomplete:
        audit.add("data.unknown_id", table, column=column, rows=unknown.index)
    audit.change("pseudonym", table, column=column, rows=ids.index)
    return ids.drop(unknown.index)


def _check_arms(arms: Arms, values: pd.Series, audit: Audit) -> None:
    if audit.errors:
        return  # a spelling that was not understood empties its group; one finding is enough
    for level in arms.levels:
        if not (values == level.value).any():
            audit.add("data.empty_arm", column=arms.column, values={"arm": level.value})
    without = int(values.isna().sum())
    if without:
        audit.add("data.no_arm", severity="warning", column=arms.column, values={"n": without})
