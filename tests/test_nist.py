"""NIST's reference sets: moments, correlations, analysis of variance and regression to their certified values.

Agreement is the log relative error -log10(|x - c| / |c|), about the number of correct digits. The files are scipy's
own; the NumAcc sets are made by their rule. The textbook formulas, in one pass, are held to the same floors and fall
below them: a test that they passed would prove nothing.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import efficacy as ef

FILES = Path(scipy.stats.__file__).parent / "tests" / "data"
FLOORS = {"SiRstv": 12.5, "AtmWtAg": 10.0} | {
    f"SmLs0{number}": floor for floor, numbers in ((13.5, "123"), (10.0, "456"), (4.0, "789")) for number in numbers
}

# values times ten, mean, sd and lag-1 autocorrelation as certified
NUM_ACC = {
    "NumAcc1": ([100000010, 100000030, 100000020], 10000002, 1, -0.5),
    "NumAcc2": ([12, *[11, 13] * 500], 1.2, 0.1, -0.999),
    "NumAcc3": ([10000002, *[10000001, 10000003] * 500], 1000000.2, 0.1, -0.999),
    "NumAcc4": ([100000002, *[100000001, 100000003] * 500], 10000000.2, 0.1, -0.999),
}
MEAN_FLOOR, SD_FLOOR, CORRELATION_FLOOR = 14.9, 8.2, 10.6


def correct_digits(found: float, certified: float) -> float:
    if not math.isfinite(found):
        return -math.inf
    difference = abs(found - certified) / abs(certified)
    return 15.0 if difference == 0 else min(15.0, -math.log10(difference))


def anova_set(name: str) -> tuple[pd.Series, pd.Series, float]:
    """Values, groups and the certified F of one of NIST's sets."""
    lines = (FILES / "nist_anova" / f"{name}.dat").read_text(encoding="latin-1").splitlines()
    certified = next(float(line.split()[-1]) for line in lines if line.startswith("Between"))
    start = max(number for number, line in enumerate(lines) if line.startswith("Data:"))
    rows = np.array([line.split() for line in lines[start + 1 :] if line.split()], dtype=float)
    return pd.Series(rows[:, 1]), pd.Series(rows[:, 0].astype(int).astype(str)), certified


def textbook_f(values: pd.Series, groups: pd.Series) -> float:
    correction = values.sum() ** 2 / len(values)
    sums = values.groupby(groups).sum()
    between = (sums**2 / values.groupby(groups).size()).sum() - correction
    within = (values**2).sum() - correction - between
    df = groups.nunique() - 1, len(values) - groups.nunique()
    return float((between / df[0]) / (within / df[1])) if within else math.inf


@pytest.mark.parametrize("name", FLOORS)
def test_analysis_of_variance(name: str) -> None:
    values, groups, certified = anova_set(name)
    by_spss = ef.spss_groups(values, by=groups).tidy().set_index("term").loc["anova", "statistic"]
    assert correct_digits(by_spss, certified) >= FLOORS[name]


@pytest.mark.parametrize("name", [name for name, floor in FLOORS.items() if floor > 4])
def test_one_way_mean_squares_of_intraclass_correlations(name: str) -> None:
    """Groups are units, their values ratings in any order. SmLs07-09 agree in twelve digits, which is no variation."""
    values, groups, certified = anova_set(name)
    random = np.random.default_rng(1)
    wide = pd.DataFrame({level: random.permutation(part.to_numpy()) for level, part in values.groupby(groups)}).T
    one_way = ef.intraclass_correlations(wide.add_prefix("r")).tidy().set_index("term").loc["ICC1", "statistic"]
    assert correct_digits(one_way, certified) >= FLOORS[name]


@pytest.mark.parametrize("name", FLOORS)
def test_the_textbook_analysis_of_variance_fails(name: str) -> None:
    values, groups, certified = anova_set(name)
    assert correct_digits(textbook_f(values, groups), certified) < FLOORS[name]


@pytest.mark.parametrize("name", NUM_ACC)
def test_mean_and_standard_deviation(name: str) -> None:
    tenfold, mean, sd, _ = NUM_ACC[name]
    values = pd.DataFrame({"a": np.array(tenfold) / 10})
    described = ef.describe_items(values).iloc[0]
    scored = ef.describe_scores(values).iloc[0]
    for found in (described, scored):
        assert correct_digits(found["mean"], mean) >= MEAN_FLOOR
        assert correct_digits(found["sd"], sd) >= SD_FLOOR


@pytest.mark.parametrize("name", NUM_ACC)
def test_correlation_with_the_next_value(name: str) -> None:
    """Pearson's r of neighbours; its exact value from fractions (NIST's autocorrelation divides by another sum)."""
    tenfold, _, _, lag1 = NUM_ACC[name]
    exact = [Fraction(value, 10) for value in tenfold]
    x, y = exact[:-1], exact[1:]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    shared = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    certified = float(shared) / math.sqrt(spread)
    assert certified == pytest.approx(-1 if name == "NumAcc1" else lag1, abs=2e-3)
    values = np.array(tenfold) / 10
    pair = pd.DataFrame({"a": values[:-1], "b": values[1:]})
    if len(pair) < 3:
        assert ef.correlations(pair).status == "not_computable"
        return
    assert correct_digits(ef.correlations(pair).estimates.loc["a", "b"], certified) >= CORRELATION_FLOOR


@pytest.mark.parametrize("name", ["NumAcc3", "NumAcc4"])
def test_the_textbook_standard_deviation_fails(name: str) -> None:
    tenfold, _, sd, _ = NUM_ACC[name]
    values = np.array(tenfold) / 10
    variance = ((values**2).sum() - values.sum() ** 2 / len(values)) / (len(values) - 1)
    assert correct_digits(math.sqrt(max(variance, 0.0)), sd) < SD_FLOOR


def test_regression() -> None:
    lines = (FILES / "nist_linregress" / "Norris.dat").read_text(encoding="latin-1").splitlines()
    start = max(number for number, line in enumerate(lines) if line.startswith("Data:"))
    rows = np.array([line.split() for line in lines[start + 1 :] if line.split()], dtype=float)
    fit = ef.linear_regression(pd.Series(rows[:, 0]), pd.DataFrame({"x": rows[:, 1]}))
    slope = fit.tidy().set_index("term").loc["x", "estimate"]
    assert correct_digits(slope, 1.00211681802045) >= 11.5
    assert correct_digits(fit.r_squared, 0.999993745883712) >= 11.5
