"""Single case against SingleCaseES, scan, scdhlm and nlme: every number they give, or the reason why ours differs.

The published series these numbers rest on may not be copied into this repository. EFFICACY_REFERENCE_DATA names the
folder that holds them (docs/methods/single_case.md says what it must contain); without it these tests are skipped.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

import efficacy as ef
from efficacy.effects.single_case.autoregression import fit_autoregression
from efficacy.effects.single_case.trend import LEAST_FOR_AUTOCORRELATION, level_block

FOLDER = os.environ.get("EFFICACY_REFERENCE_DATA", "")
FACTS = Path(FOLDER) / "08_single_case.json"
EXACT = Path(FOLDER) / "08b_tau_bc_exact.json"
pytestmark = pytest.mark.skipif(
    not FOLDER or not FACTS.is_file(),
    reason="EFFICACY_REFERENCE_DATA is not set: the published series may not be copied into the repository",
)

Entry = dict[str, Any]
Direction = Literal["increase", "decrease"]
Case = tuple[np.ndarray, np.ndarray, Direction]
PHI_AT_ITS_LIMIT = ("parker_vannest_davis_2011.ex2", "exampleAB.Karolina", "Tarlow2017.example_c")


def entries(path: Path) -> dict[str, Entry]:
    if not FOLDER or not path.is_file():
        return {}
    return {entry["id"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]}


ALL = entries(FACTS)
SINGLE = {key: entry for key, entry in ALL.items() if "&" in entry["filter"]}
SEVERAL = {key: entry for key, entry in ALL.items() if key not in SINGLE}


def phases(entry: Entry) -> Case:
    names = re.fullmatch(r"set == '(.*)' & case == '(.*)'", entry["filter"])
    assert names
    rows = pd.read_csv(Path(FOLDER) / entry["data"], encoding="utf-8", dtype={"case": str})
    rows = rows[(rows["set"] == names[1]) & (rows["case"] == names[2])].dropna(subset=["outcome"])
    rows = rows.sort_values("session")
    direction: Direction = "decrease" if "imp = 'decrease'" in entry["setup"] else "increase"
    return (*(rows.loc[rows["phase"] == phase, "outcome"].to_numpy(float) for phase in "AB"), direction)


def close(actual: float, expected: float | None, tolerance: float = 1e-8) -> None:
    if expected is None:  # the program gave no number
        return
    assert abs(actual - expected) <= tolerance * max(1, abs(expected))


def overlap(case: Case, value: Entry) -> None:
    found = ef.non_overlap(case[0], case[1], improvement=case[2]).tidy().set_index("term")
    for position, name in enumerate(value["ES"]):
        row = found.loc["Tau_U_parker" if name == "Tau-U" else name]
        close(row["estimate"], value["Est"][position])
        close(row["std_error"], value["SE"][position])
        close(row["conf_low"], value["CI_lower"][position], 1e-4)  # their root search stops at 1e-4
        close(row["conf_high"], value["CI_upper"][position], 1e-4)


def standardised(case: Case, value: Entry) -> None:
    for key, expected in value.items():
        name, _, correction = key.partition("_")
        found = ef.within_case_effects(
            case[0], case[1], improvement=case[2], ratio_scale=False, bias_correct=correction == "bc"
        )
        row = found.tidy().set_index("term").loc[f"SMD_{name}"]
        for ours, theirs in zip(
            ("estimate", "std_error", "conf_low", "conf_high"), ("Est", "SE", "CI_lower", "CI_upper"), strict=True
        ):
            close(row[ours], expected[theirs])


def log_ratio(case: Case, value: Entry) -> None:
    """LRRd turns the sign; LRM (ratio of medians) is not offered."""
    for key, correct in (("LRRi", True), ("LRRi_raw", False)):
        found = ef.within_case_effects(case[0], case[1], improvement="increase", ratio_scale=True, bias_correct=correct)
        row = found.tidy().set_index("term").loc["LRR"]
        close(row["estimate"], value[key]["Est"])
        close(row["std_error"], value[key]["SE"])
        close(row["conf_low"], value[key]["CI_lower"])
        close(row["conf_high"], value[key]["CI_upper"])
    decreasing = ef.within_case_effects(case[0], case[1], improvement="decrease", ratio_scale=True).tidy()
    close(decreasing["estimate"].iloc[2], value["LRRd"]["Est"])


def scan_overlap(case: Case, value: Entry) -> None:
    found = ef.non_overlap(case[0], case[1], improvement=case[2])
    close(found.index("NAP"), value["nap"]["NAP"][0] / 100)
    close(found.index("PND"), value["pnd"] / 100)
    close(found.index("PEM_strict"), value["pem"] / 100)
    close(found.index("PAND"), value["pand_minimum"] / 100)
    close(found.index("IRD"), value["ird"])


def scan_sorted(case: Case, value: Entry) -> None:
    close(ef.non_overlap(case[0], case[1], improvement=case[2]).index("PAND_sort"), value["pand"] / 100)


def scan_tau_u(case: Case, value: Entry) -> None:
    """Their signs are for an increase always. Their p values and standard errors are not offered."""
    found = ef.tau_u(case[0], case[1], improvement="increase").tidy()
    for method, column in (("complete_a", "tau_a"), ("complete_b", "tau_b"), ("tarlow", "tau_a")):
        for row in range(len(found)):
            for ours, theirs in zip(
                ("pairs", "positive", "negative", "ties", "s"), ("pairs", "pos", "neg", "ties", "S"), strict=True
            ):
                close(found[ours][row], value[method][theirs][row])
            close(found[column][row], value[method]["Tau"][row])
    close(found["tau_parker"][3], value["parker"]["Tau"][3])


def scan_smd(case: Case, value: Entry) -> None:
    raw = ef.within_case_effects(
        case[0], case[1], improvement="increase", ratio_scale=False, bias_correct=False
    ).tidy()["estimate"]
    corrected = ef.within_case_effects(case[0], case[1], improvement="increase", ratio_scale=False).tidy()
    close(raw[0], value["Glass' delta"][0])
    close(raw[1], value["Hedges' g"][0])
    close(corrected["estimate"][1], value["Hedges' g correction"][0])


def randomisation(case: Case, value: Entry) -> None:
    points, limit = np.concatenate(case[:2]), value["limit"]
    possible = range(limit, len(points) - limit + 1)
    found = ef.randomisation_test(points, start=len(case[0]), possible_starts=possible, improvement=case[2])
    close(found.estimate, value["observed"])
    assert found.n_starts == value["n_startpoints"]
    close(found.n_reaching / found.n_starts, value["p"])
    np.testing.assert_allclose(found.distribution, value["distribution"], rtol=0, atol=1e-8)
    assert math.isnan(found.p_value) == (found.n_starts < 20)


def piecewise(case: Case, value: Entry) -> None:
    """Time from 1; from 0 only the intercept is another one. Their p values are not offered."""
    found = ef.piecewise_regression(case[0], case[1], improvement="increase")
    if found.status == "not_computable":
        pytest.fail("every series here leaves residuals")
    table = found.tidy()
    for row, (estimate, std_error, *_) in enumerate(value["huitema_t1"]["values"]):
        close(table["estimate"][row], estimate)
        close(table["std_error"][row], std_error)
    from_zero = value["huitema_t0"]["values"][0][0]
    close(table["estimate"][0] + table["estimate"][1], from_zero)
    close(found.r_squared, value["r2"])
    close(found.durbin_watson, value["dw"])
    close(found.lag1, value["lag1_resid"])


def autoregression(case: Case, value: Entry) -> None:
    """The likelihood itself, also of series too short for the public function."""
    fit = fit_autoregression([level_block(case[0], case[1])], random_intercept=False)
    public = ef.level_shift(case[0], case[1], improvement="increase")
    assert (public.status == "ok") == (len(case[0]) + len(case[1]) >= LEAST_FOR_AUTOCORRELATION and fit.converged)
    if value["phi"] > 0.999:
        assert not fit.converged, "no maximum inside the bounds: R stops at phi = 1, a random walk"
        return
    (_, (estimate, std_error, *_)) = value["tTable"]["values"]
    close(fit.coefficients[1], estimate, 1e-4)
    close(math.sqrt(fit.covariance[1, 1]), std_error, 1e-4)
    close(fit.phi, value["phi"], 1e-4)
    close(math.sqrt(fit.sigma2), value["sigma"], 1e-4)


def theil_sen(case: Case, value: Entry) -> None:
    found = ef.describe_phase(case[0])
    close(found.slope, value["slope"])
    close(found.intercept, value["intercept_median"])


FAMILIES: dict[str, Callable[[Case, Entry], None]] = {
    "SingleCaseES": overlap,
    "SMD": standardised,
    "LRR": log_ratio,
    "scan.overlap": scan_overlap,
    "scan.pand_sort": scan_sorted,
    "scan.tau_u": scan_tau_u,
    "scan.smd": scan_smd,
    "rand_test.limit3": randomisation,
    "rand_test.limit4": randomisation,
    "rand_test.limit5": randomisation,
    "plm": piecewise,
    "gls_ar1": autoregression,
    "theil_sen_baseline": theil_sen,
}
CORRECTED = ("Tau_BC", "scan.corrected_tau")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_one_case(family: str) -> None:
    found = {key: entry for key, entry in SINGLE.items() if key.split(".", 2)[2] == family}
    assert found
    for entry in found.values():
        case = phases(entry)
        if family.startswith("rand_test") and len(case[0]) < entry["value"]["limit"]:
            continue
        FAMILIES[family](case, entry["value"])


def test_every_family_is_looked_at() -> None:
    assert {key.split(".", 2)[2] for key in SINGLE} == {*FAMILIES, *CORRECTED}
    assert {key.split(".")[-1] for key in SEVERAL} == {"HPS_MB", "g_mlm", "lme_noAR", "batch_meta"}


def test_baseline_corrected_tau_is_exact() -> None:
    exact = entries(EXACT)
    assert len(exact) == 16
    for entry in exact.values():
        baseline, intervention, direction = phases(entry)
        found = ef.baseline_corrected_tau(baseline, intervention, improvement=direction)
        for name in ("slope", "tau", "tau_b"):
            close(getattr(found, name), entry["value"][name], 1e-12)
        assert found.s == entry["value"]["S"]


def test_programs_that_break_ties_differ_from_the_exact_value_by_little() -> None:
    for entry in entries(EXACT).values():
        value = entry["value"]
        assert abs(value["tau"] - value["SingleCaseES_tau"]) <= 0.11
        assert abs(abs(value["tau_b"]) - abs(value["scan_tau_b_increase_sign"])) <= 0.01


def several(name: str) -> pd.DataFrame:
    rows = pd.read_csv(Path(FOLDER) / "data" / "scd_multiple_baseline.csv", encoding="utf-8", dtype={"case": str})
    rows = rows[rows["set"] == name]
    phase = rows["phase"].map({"A": "baseline", "B": "intervention"})
    return rows.assign(phase=phase, value=rows["outcome"])[["case", "session", "phase", "value"]]


@pytest.mark.parametrize("name", ["Laski", "Schutte"])
def test_several_cases_by_moments(name: str) -> None:
    value = SEVERAL[f"{name}.HPS_MB"]["value"]
    found = ef.between_case_effect(several(name), improvement="increase")
    for ours, theirs in (("uncorrected", "delta_hat_unadj"), ("estimate", "delta_hat"), ("df", "nu")):
        close(getattr(found, ours), value[theirs])
    close(found.std_error**2, value["V_delta_hat"])
    close(found.phi, value["phi"])
    close(found.rho, value["rho"])


@pytest.mark.parametrize("name", ["Laski", "Schutte"])
def test_several_cases_by_restricted_likelihood(name: str) -> None:
    value = SEVERAL[f"{name}.g_mlm"]["value"]
    found = ef.between_case_effect(several(name), improvement="increase", estimator="reml")
    for ours, theirs in (("uncorrected", "delta_AB"), ("estimate", "g_AB"), ("std_error", "SE_g_AB"), ("df", "nu")):
        close(getattr(found, ours), value[theirs], 1e-4)
    close(found.phi, value["phi"], 1e-4)
    close(found.rho, value["sd_case"] ** 2 / (value["sd_case"] ** 2 + value["sigma"] ** 2), 1e-4)
    close(found.conf_low, value["ci"][0], 1e-4)
    close(found.conf_high, value["ci"][1], 1e-4)


@pytest.mark.parametrize("name", ["Laski", "Schutte"])
def test_tau_of_each_of_several_cases(name: str) -> None:
    table = SEVERAL[f"{name}.batch_meta"]["value"]["by_case"]
    series = several(name)
    for case, (estimate, std_error) in zip(table["rows"], table["values"], strict=True):
        own = series[series["case"] == case].sort_values("session")
        before, after = (own.loc[own["phase"] == phase, "value"] for phase in ("baseline", "intervention"))
        direction: Direction = (
            "decrease" if "decrease" in SEVERAL[f"{name}.batch_meta"].get("setup", "") else "increase"
        )
        found = ef.non_overlap(before, after, improvement=direction).tidy().set_index("term").loc["Tau"]
        if math.isnan(found["estimate"]):
            assert min(len(before), len(after)) < 3, "refused: only the chart"
            continue
        close(abs(found["estimate"]), abs(estimate) if estimate is not None else None)
        close(found["std_error"], std_error)
