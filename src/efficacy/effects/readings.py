"""Where no single test is honest: the readings of a change under each story of how the members were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..results import Reason, Result
from .change import paired_change
from .controlled import ancova, change_score_comparison
from .inputs import check_probability
from .selection import adjusted_change

COLUMNS = ("term", "retest_r", "estimate", "std_error", "df", "conf_low", "conf_high", "n")


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings(Result):
    """Estimates that are right under different stories of the selection; deliberately without p.

    lowest, highest: smallest and largest estimate among the readings.
    """

    lowest: float
    highest: float
    rows: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """One row a reading, columns COLUMNS; retest_r NaN where a reading has none."""
        return self.rows.copy()


def selection_readings(
    survey_pre: pd.Series,
    post: pd.Series,
    *,
    members: pd.Index,
    retest_r: Sequence[float],
    retest_n: int | None = None,
    conf_level: float = 0.95,
) -> Readings:
    """Readings of the members' change where nobody untreated was measured again.

    survey_pre, post, members, retest_n: as in adjusted_change. Rows ``selected_on_recorded_score`` (adjusted_change,
    one a retest_r) and ``selected_on_stable_level`` (the unadjusted mean change, which is tau at rho = 1). They
    bracket the effect if the members were chosen by the recorded score, by their stable level, or by a mix of both;
    not if by anything that foretells change. Returns Readings; not computable where either reading is. Raises
    ValueError for retest_r empty or outside (0, 1). Ding & Li (2019), doi:10.1017/pan.2019.25. R: as adjusted_change
    and ``t.test``.
    """
    check_probability(conf_level, "conf_level")
    if len(retest_r) == 0:
        raise ValueError("retest_r: at least one value")
    adjusted = [
        adjusted_change(survey_pre, post, members=members, retest_r=float(r), retest_n=retest_n, conf_level=conf_level)
        for r in retest_r
    ]
    stable = paired_change(
        survey_pre[survey_pre.index.isin(members)], post[post.index.isin(members)], conf_level=conf_level
    )
    rows = [{**_row("selected_on_recorded_score", a.glance(), a.n), "retest_r": a.retest_r} for a in adjusted]
    change = stable.tidy().iloc[[0]].assign(df=stable.df)
    rows.append(_row("selected_on_stable_level", change, stable.n))
    reasons = adjusted[0].reasons or stable.reasons
    return _readings(rows, reasons, n_used=adjusted[0].n_used, n_dropped=adjusted[0].n_dropped, conf_level=conf_level)


def comparison_readings(pre: pd.Series, post: pd.Series, treated: pd.Series, *, conf_level: float = 0.95) -> Readings:
    """Readings of the members' change against untreated children who differ from them.

    pre, post: one score a child, same scale, aligned by index. treated: bool a child. Rows ``ancova`` (right if the
    members were chosen by the recorded score) and ``change_score`` (right if by their stable level). Returns Readings;
    not computable where either is. Lord (1967), doi:10.1037/h0025105; Ding & Li (2019), doi:10.1017/pan.2019.25.
    R: ``lm(post ~ pre + treated)`` with HC3, ``t.test(change ~ treated)``.
    """
    adjusted = ancova(pre, post, treated, conf_level=conf_level)
    change = change_score_comparison(pre, post, treated, conf_level=conf_level)
    rows = [
        _row("ancova", adjusted.glance(), adjusted.n_used),
        _row("change_score", change.glance(), change.n_used),
    ]
    reasons = adjusted.reasons or change.reasons
    return _readings(rows, reasons, n_used=adjusted.n_used, n_dropped=adjusted.n_dropped, conf_level=conf_level)


def _row(term: str, result: pd.DataFrame, n: int) -> dict[str, float | str]:
    """One reading from a result's row."""
    first = result.iloc[0]
    return {"term": term, "n": n, **{k: first[k] for k in ("estimate", "std_error", "df", "conf_low", "conf_high")}}


def _readings(
    rows: list[dict[str, float | str]],
    reasons: tuple[Reason, ...],
    *,
    n_used: int,
    n_dropped: int,
    conf_level: float,
) -> Readings:
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    return Readings(
        lowest=float(table["estimate"].min()),
        highest=float(table["estimate"].max()),
        rows=table,
        n_used=n_used,
        n_dropped=n_dropped,
        method="readings",
        conf_level=conf_level,
        status="not_computable" if reasons else "ok",
        reasons=reasons,
    )
