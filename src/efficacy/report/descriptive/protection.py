"""What single tables and figures of this report would tell about few children, taken together with other ones."""

from __future__ import annotations

import pandas as pd

from ...effects import Regression
from ...params import DescriptiveParams
from ...results import Reason, Result
from ...study import Study
from ..privacy import hidden_parts
from ..shared import smallest_shown
from ..wording import Message, reason_words
from .choices import scale_of, wave_of


def scored_levels(study: Study, params: DescriptiveParams, variable: str) -> pd.Series:
    """The level of every child with a score on the report's scale; missing where the child gave none."""
    scored = study.score(wave_of(study, params), scale_of(study, params)).index
    return study.participants.loc[study.participants.index.isin(scored), variable]


def counts_of_all(study: Study, params: DescriptiveParams, variable: str) -> pd.Series | None:
    """Children on each level whether they have a score or not, where only these may be told; else None.

    Beside the counts of everybody in another table, the counts of those with a score would tell on which level each
    of the few without one stands: all they answered about themselves.
    """
    everybody = study.participants[variable].value_counts()
    scored = scored_levels(study, params, variable).value_counts().reindex(everybody.index, fill_value=0)
    smallest = smallest_shown(study.site, params)
    return everybody if (everybody - scored).between(1, smallest - 1).any() else None


def has_few(study: Study, params: DescriptiveParams, variable: str) -> bool:
    """Has a level too few children with a score for a test of its levels to be shown? A statistic, beside the means of
    the other levels and of everybody, gives back the mean of the one that is hidden."""
    counts = scored_levels(study, params, variable).value_counts()
    return bool(counts.between(1, smallest_shown(study.site, params) - 1).any())


def few_unanswered(study: Study, params: DescriptiveParams, variable: str) -> bool:
    """Did too few children with a score leave this question out for their number to be told?"""
    n_without = int(scored_levels(study, params, variable).isna().sum())
    return 0 < n_without < smallest_shown(study.site, params)


def reason_notes(study: Study, params: DescriptiveParams, result: Result) -> list[Message]:
    """The reasons of a result in words; a count of few children is bounded."""
    smallest = smallest_shown(study.site, params)
    notes = []
    for reason in result.reasons:
        n = reason.values.get("n")
        few = isinstance(n, int) and 0 < n < smallest
        notes.append(reason_words(Reason(reason.key, {**reason.values, "n": f"<{smallest}"}) if few else reason))
    return notes


def hidden_terms(study: Study, params: DescriptiveParams, model: Regression) -> frozenset[str]:
    """The terms of a regression that stand for too few children, and what subtraction would give back.

    A coefficient of a level is the difference of its children from those of the reference. Where the reference has too
    few, every level of the variable is hidden.
    """
    smallest = smallest_shown(study.site, params)
    table = model.tidy()
    used = study.participants.loc[study.score(wave_of(study, params), scale_of(study, params)).index]
    used = used.dropna(subset=list(params.regression_predictors))
    hidden: set[str] = set()
    for variable in table.loc[table["level"] != "", "variable"].unique():
        terms = table.loc[table["variable"] == variable].set_index("level")["term"]
        counts = used[variable].value_counts(sort=False)
        counts = counts[counts > 0]
        few = [str(counts.index[part]) for part in hidden_parts([int(n) for n in counts], k=smallest)]
        reference_hidden = any(level not in terms.index for level in few)
        hidden |= set(terms if reference_hidden else terms[few])
    return frozenset(hidden)
