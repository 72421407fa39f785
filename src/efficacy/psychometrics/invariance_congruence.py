"""Tucker's congruence of loadings between groups: what can be said where groups are too small for invariance tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from ..results import Reason, Result
from .cfa.structures import check_model
from .efa import fit_efa, tucker_congruence
from .invariance_groups import MeasuredGroups, measured_groups

_COLUMNS = ("factor", "group", "other_group", "congruence", "n", "other_n", "n_items")


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupCongruence(Result):
    """How alike the loadings of each factor's items are in different groups; congruence: the table of tidy()."""

    congruence: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a factor and pair of groups: factor, group, other_group, congruence (NaN where a group gives no
        loadings), n and other_n (respondents of the two groups), n_items."""
        return self.congruence.copy()


def group_congruence(items: pd.DataFrame, model: Mapping[str, Sequence[str]], *, group: pd.Series) -> GroupCongruence:
    """Tucker's congruence of every factor's loadings between groups.

    items: respondents x items, NaN missing. model: factor -> its items. group: by respondent, aligned by index. In
    every group and for every factor a one-factor minres solution of the factor's items alone (complete answers to the
    model's items), so that nothing has to be rotated; congruence = sum xy / sqrt(sum x^2 sum y^2) of two groups'
    loadings. Values from .85 are called fair and from .95 equal (Lorenzo-Seva & ten Berge 2006,
    doi:10.1027/1614-2241.2.2.57); it is a description without a standard error, and high for any items that all load
    positively. Not computable: fewer_than_two_levels. Flagged: groups_without_loadings (fewer respondents than a
    factor's items, or fewer than 3 items). Raises ValueError for a wrong call. R: psych::factor.congruence of
    psych::fa(x, 1) in each group.
    """
    blocks = check_model(model, "correlated")
    names = tuple(dict.fromkeys(item for block in blocks.values() for item in block))
    groups = measured_groups(items, names, group)
    few = len(groups.answers) < 2
    table = pd.DataFrame(columns=list(_COLUMNS)) if few else congruence_table(groups, blocks)
    reasons: tuple[Reason, ...] = ()
    if few:
        reasons = (Reason("fewer_than_two_levels", {"n_levels": len(groups.answers)}),)
    elif absent := int(table["congruence"].isna().sum()):
        reasons = (Reason("groups_without_loadings", {"n_pairs": absent}),)
    return GroupCongruence(
        n_used=groups.n_used,
        n_dropped=groups.n_dropped,
        method="Tucker's congruence of one-factor minres loadings, listwise",
        status="not_computable" if few else "flagged" if reasons else "ok",
        reasons=reasons,
        congruence=table,
    )


def congruence_table(groups: MeasuredGroups, blocks: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The table of group_congruence for groups whose answers have been told apart."""
    rows = []
    for factor, block in blocks.items():
        loadings = {
            name: fit_efa(answers[list(block)], n_factors=1, rotation="none").loadings
            for name, answers in groups.answers.items()
        }
        for one, other in combinations(groups.answers, 2):
            rows.append(
                {
                    "factor": factor,
                    "group": one,
                    "other_group": other,
                    "congruence": float(tucker_congruence(loadings[one], loadings[other]).to_numpy()[0, 0]),
                    "n": len(groups.answers[one]),
                    "other_n": len(groups.answers[other]),
                    "n_items": len(block),
                }
            )
    return pd.DataFrame(rows, columns=list(_COLUMNS))
