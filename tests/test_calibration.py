"""The shipped table of error rates: whole, honest about its replications, and found by the nearest cell."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import efficacy as ef
from benchmarks.calibration.failures import BEGIN, END, PAGE, failures_table
from benchmarks.calibration.families import FAMILIES
from benchmarks.calibration.family import Family, around, interval_found
from benchmarks.calibration.run import Batch, run_batch, values
from efficacy.calibration import CalibratedValue, calibrated_values, calibration_table, nearest_calibration
from efficacy.calibration.loader import TABLE, write_table
from efficacy.calibration.model import COLUMNS, cell_text, read_cell

BASE = {
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


def measured(procedure: str, statistic: str, **changes: float | str) -> float:
    return nearest_calibration(procedure, statistic, {**BASE, **changes}).value


def test_the_table_has_its_declared_columns_and_every_cell_of_the_grid() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    found = {(row.procedure, cell_text(row.cell)) for row in calibrated_values()}
    cells = {text for _, text in found}
    for family in FAMILIES.values():
        missing = {cell_text(cell) for cell in family.grid} - cells
        assert missing == set(), family.name
    assert len(found) <= len(calibrated_values())
    keys = [(row.procedure, cell_text(row.cell), row.statistic) for row in calibrated_values()]
    assert len(set(keys)) == len(keys)


def test_every_row_is_possible_and_says_how_surely_it_was_measured() -> None:
    for row in calibrated_values():
        assert row.mc_error > 0
        assert row.replications > 0
        assert row.replications_aim > 0
        assert row.seed == 20260901
        if row.statistic not in ("bias", "half_width", "skewness", "rmsea", "cfi"):
            assert 0 <= row.value <= 1
            most = math.sqrt(row.value * (1 - row.value) / row.replications)
            assert row.mc_error <= most + 3 / row.replications  # a mean of shares by study is surer than one share


def test_one_procedure_has_one_set_of_conditions() -> None:
    for procedure in {row.procedure for row in calibrated_values()}:
        assert len({tuple(row.cell) for row in calibrated_values() if row.procedure == procedure}) == 1, procedure


def test_the_page_of_methods_lists_what_the_table_cannot_hold() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0] == failures_table(calibrated_values())


def test_methods_hold_where_they_promise_to() -> None:
    """The ladder, its estimators and the intervals at the sizes of a village; what is outside is on the page."""
    for procedure in ("retest_correction_known_r", "retest_correction_study_r", "second_baseline"):
        rows = [row for row in calibrated_values() if row.procedure == procedure and row.certified is not None]
        assert np.mean([bool(row.certified) for row in rows]) > 0.9
    ladder = [row for row in calibrated_values() if row.procedure == "claims_ladder" and row.cell["shape"] == "normal"]
    assert all(row.certified for row in ladder if not row.cell["drift"])


def test_known_failures_stand_in_the_table() -> None:
    assert measured("usual_paired_t", "significant") == pytest.approx(0.40, abs=0.02)
    assert measured("retest_correction_study_r", "coverage", drift=0.2) < 0.89
    assert measured("retest_correction_study_r", "coverage", shape="skew_0.7") < 0.92
    assert measured("discontinuity_linear", "upward", shape="skew_0.7") > 0.10
    assert measured("discontinuity_both", "upward", shape="skew_0.7") < 0.03
    assert measured("second_baseline", "upward", drift=0.2, retest_r=0.8) == pytest.approx(0.17, abs=0.02)
    assert measured("second_baseline", "upward", missing=0.25, loss="lowest") == pytest.approx(0.087, abs=0.01)


def test_nearest_by_ratio_of_counts_and_difference_of_correlations() -> None:
    def nearest(**changes: float | str) -> dict[str, object]:
        return dict(nearest_calibration("usual_paired_t", "significant", {**BASE, **changes}).cell)

    assert nearest(n_survey=60, n_members=11, retest_r=0.68) == BASE
    assert nearest(n_survey=80)["n_survey"] == 95  # 80 is 0.84 of 95 and 1.48 times 54
    assert nearest(retest_r=0.97)["retest_r"] == 0.9
    assert nearest(shape="floor", retest_r=0.52) == {**BASE, "shape": "floor", "retest_r": 0.5}


@pytest.mark.parametrize(
    ("procedure", "cell", "named"),
    [
        ("horoscope", BASE, "procedure='horoscope'"),
        ("usual_paired_t", {"n_survey": 54}, "cell="),
        ("usual_paired_t", {**BASE, "shape": "bimodal"}, "no such cell"),
    ],
)
def test_what_was_never_measured_is_refused(procedure: str, cell: dict[str, float | str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        nearest_calibration(procedure, "significant", cell)


def test_the_frame_holds_every_row_and_its_conditions() -> None:
    frame = ef.calibration_table()
    assert len(frame) == len(calibrated_values()) == len(calibration_table())
    row = frame.query("procedure == 'usual_paired_t' and statistic == 'significant'").iloc[0]
    assert {"n_survey", "shape", "certified", *COLUMNS} - {"cell"} <= set(row.index)


def test_a_table_reads_back_as_it_was_written(tmp_path: Path) -> None:
    few = calibrated_values()[:3]
    write_table(few, tmp_path / "table.csv")
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines() == lines[:4]


def test_cells_are_read_as_they_are_written() -> None:
    cell = {"n": 54, "r": 0.7, "shape": "skew_0.7", "drift": 0.0}
    assert cell_text(cell) == "n=54 r=0.7 shape=skew_0.7 drift=0"
    assert read_cell(cell_text(cell)) == cell
    for wrong in ({"shape": "two words"}, {"shape": "a=b"}):
        with pytest.raises(ValueError, match="without spaces"):
            cell_text(wrong)


def test_a_fractional_grid_varies_what_is_named() -> None:
    grid = around({"n": 1, "r": 0.5, "s": "a"}, {"n": (1, 2), "r": (0.5, 0.6)}, {"s": ("b",)})
    assert [tuple(cell.values()) for cell in grid] == [
        (1, 0.5, "a"),
        (1, 0.6, "a"),
        (2, 0.5, "a"),
        (2, 0.6, "a"),
        (1, 0.5, "b"),
    ]


def test_an_interval_is_judged_by_what_is_true() -> None:
    found = interval_found("x", [1.0, 2.0, 3.0], [0.5, -1.0, math.nan], [1.5, 1.5, math.nan], 1.0)
    assert found["x", "coverage"].tolist()[:2] == [1.0, 1.0]
    assert found["x", "upward"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found["x", "coverage"][2])
    assert found["x", "bias"].tolist() == [0.0, 1.0, 2.0]
    assert found["x", "half_width"].tolist()[:2] == [0.5, 1.25]


def test_batches_add_up_whatever_their_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    coin = Family(
        name="coin",
        grid=[{"p": 0.25}],
        replicate=lambda cell, random, count: {("coin", "heads"): random.random(count) < float(cell["p"])},
        replications=lambda _: 300,
        batch=100,
    )
    monkeypatch.setitem(FAMILIES, "coin", coin)
    monkeypatch.setattr("benchmarks.calibration.run.STATE", tmp_path)
    records = [run_batch(Batch(family="coin", cell="p=0.25", number=n, size=100)) for n in (2, 0, 1)]
    again = run_batch(Batch(family="coin", cell="p=0.25", number=0, size=100))
    assert again["sums"] == records[1]["sums"] != records[0]["sums"]
    from benchmarks.calibration import run as runner

    runner.run([coin], share=1.0, cells="", n_jobs=1, minutes=None)
    (row,) = values(coin)
    assert row.replications == 300
    assert row.value == sum(record["sums"][0][3] for record in records) / 300
    assert row.certified is None
    assert list(runner.pending(coin, share=1.0)) == []
    assert isinstance(row, CalibratedValue)
