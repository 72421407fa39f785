"""A dozen cells of the calibration measured again and held to the shipped table.

Here with few replications; ``make sentinels`` asks for 2,000 (EFFICACY_SENTINEL_REPLICATIONS).
"""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from benchmarks.calibration.families import FAMILIES
from efficacy.calibration import CalibratedValue, calibrated_values
from efficacy.calibration.model import cell_text
from efficacy.streams import stream

SEED = 7  # not the table's own: the same truth, other studies
ASKED = int(os.environ.get("EFFICACY_SENTINEL_REPLICATIONS", "0"))
BOUND = 4.5  # standard errors: over all these comparisons chance passes it less than once in a hundred runs

ADJUSTED = {
    "n_survey": 54,
    "n_members": 12,
    "retest_r": 0.7,
    "shape": "normal",
    "effect": 0.0,
    "drift": 0.0,
    "missing": 0.0,
    "loss": "random",
    "shock": 0.0,
}
LADDER = {"n_survey": 54, "n_members": 12, "retest_r": 0.8, "shape": "normal", "drift": 0.0}
CHILD = {
    "n_survey": 54,
    "n_members": 12,
    "retest_r": 0.7,
    "members": "lowest",
    "sd_from": "survey",
    "r_from": "retest",
    "shape": "normal",
}
QUESTIONNAIRE = {"n": 54, "n_items": 22, "n_factors": 2, "factor_r": 0.6}
SENTINELS = [
    ("adjusted", ADJUSTED, 2000),
    ("adjusted", {**ADJUSTED, "shape": "skew_0.7"}, 2000),
    ("adjusted", {**ADJUSTED, "drift": 0.2}, 2000),
    ("adjusted", {**ADJUSTED, "effect": 0.5}, 2000),
    ("ladder", {"analysis": "retest_study", **LADDER}, 200),
    ("ladder", {"analysis": "discontinuity", **LADDER}, 60),
    ("paired_tests", {"n": 12, "changes": "skew"}, 1000),
    ("effect_sizes", {"n": 12, "d": 0.6}, 120),
    ("child", CHILD, 500),
    ("pooled", {"k": 4, "n_survey": 54, "n_members": 12, "retest_r": 0.7, "tau2": 0.05, "r_from": "study"}, 40),
    ("alpha", {"n": 54, "n_items": 11, "categories": 5, "answers": "symmetric", "missing": 0.0}, 150),
    ("factors", {**QUESTIONNAIRE, "loadings": "low", "answers": "symmetric"}, 60),
    ("cfa", {**QUESTIONNAIRE, "answers": "symmetric", "estimator": "ML"}, 30),
]


def table_row(procedure: str, cell: dict[str, float | str], statistic: str) -> CalibratedValue:
    text = cell_text(cell)
    rows = (r for r in calibrated_values() if (r.procedure, r.statistic) == (procedure, statistic))
    return next(row for row in rows if cell_text(row.cell) == text)


@pytest.mark.parametrize(
    ("family", "cell", "few"), SENTINELS, ids=[f"{family}-{at}" for at, (family, _, _) in enumerate(SENTINELS)]
)
def test_a_sentinel_measures_what_the_table_says(family: str, cell: dict[str, float | str], few: int) -> None:
    random = stream(SEED, f"sentinel.{family}.{cell_text(cell)}")
    found = FAMILIES[family].replicate(cell, random, max(ASKED, few))
    assert found
    for (procedure, statistic), numbers in found.items():
        values = np.asarray(numbers, dtype=float)
        values = values[np.isfinite(values)]
        if len(values) == 0:  # a number this procedure does not have
            continue
        row = table_row(procedure, cell, statistic)
        share = set(np.unique(values)) <= {0.0, 1.0}
        spread = math.sqrt(row.value * (1 - row.value)) if share else float(values.std(ddof=1))
        bound = BOUND * math.hypot(spread / math.sqrt(len(values)), row.mc_error) + 1 / len(values) * share
        assert abs(values.mean() - row.value) <= bound, f"{procedure} {statistic}"
