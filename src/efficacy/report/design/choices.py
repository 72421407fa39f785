"""What the plan leaves open, chosen in one place; and which row of the comparison a sentence is about."""

from __future__ import annotations

import pandas as pd

from ...effects import DesignComparison, StudyDesign, extra_measurements
from ...params import DesignParams

CURVE = tuple(round(0.1 * step, 1) for step in range(16))
"""Effects of the power curve, in standard deviations."""
DECIMALS = 10


def designs_of(params: DesignParams) -> dict[str, StudyDesign]:
    """The planned study with every further measurement that could be made."""
    planned = StudyDesign(
        n_survey=params.n_survey,
        n_members=params.n_members,
        selection_rule=params.selection_rule,
        n_pool=params.n_pool,
        retest_n=params.retest_n,
        retest_lowest=params.retest_lowest,
        retest_highest=params.retest_highest,
        attrition=params.attrition,
    )
    return {str(name): design for name, design in extra_measurements(planned).items()}


def retest_of(params: DesignParams) -> tuple[float, ...]:
    """The retest correlations supposed: the one declared, or the ends and the middle of the range."""
    if params.retest_r is not None:
        return (params.retest_r,)
    low, high = params.retest_lowest, params.retest_highest
    return tuple(sorted({low, round((low + high) / 2, DECIMALS), high}))


def shown_r(comparison: DesignComparison) -> float:
    """The correlation that sentences and figures speak of: the middle one."""
    found = sorted(set(comparison.tidy()["retest_r"]))
    return float(found[len(found) // 2])


def rows_at(comparison: DesignComparison, r: float) -> pd.DataFrame:
    """The designs at one retest correlation, by name, in the order of the comparison."""
    table = comparison.tidy()
    return table[table["retest_r"] == r].set_index("design")


def row_at(rows: pd.DataFrame, name: str) -> pd.Series:
    """One design of rows_at."""
    row: pd.Series = rows.loc[[name]].iloc[0]
    return row
