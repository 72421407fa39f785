"""Reading the reference facts of confirmatory factor analysis: lavaan's models, terms and names of fit measures."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pandas as pd
from reference_facts import REFERENCE

from efficacy.psychometrics import CfaResult, fit_cfa

HS = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
AC = {"Agree": ["A1", "A2", "A3", "A4", "A5"], "Consc": ["C1", "C2", "C3", "C4", "C5"]}
CE = {"Consc": ["C1", "C2", "C3", "C4", "C5"], "Extra": ["E1", "E2", "E3", "E4", "E5"]}

MEASURES = {
    "npar": "n_parameters",
    "chisq": "chisq",
    "df": "df",
    "pvalue": "p_value",
    "baseline.chisq": "baseline_chisq",
    "baseline.df": "baseline_df",
    "cfi": "cfi",
    "tli": "tli",
    "logl": "loglik",
    "unrestricted.logl": "loglik_saturated",
    "aic": "aic",
    "bic": "bic",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_conf_low",
    "rmsea.ci.upper": "rmsea_conf_high",
    "rmsea.pvalue": "p_close",
    "srmr": "srmr",
    "chisq.scaled": "chisq_scaled",
    "pvalue.scaled": "p_value_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "baseline.chisq.scaled": "baseline_chisq_scaled",
    "cfi.scaled": "cfi_scaled",
    "tli.scaled": "tli_scaled",
    "rmsea.scaled": "rmsea_scaled",
    "rmsea.ci.lower.scaled": "rmsea_scaled_conf_low",
    "rmsea.ci.upper.scaled": "rmsea_scaled_conf_high",
    "rmsea.pvalue.scaled": "p_close_scaled",
    "cfi.robust": "cfi_robust",
    "tli.robust": "tli_robust",
    "rmsea.robust": "rmsea_robust",
    "rmsea.ci.lower.robust": "rmsea_robust_conf_low",
    "rmsea.ci.upper.robust": "rmsea_robust_conf_high",
}
"""lavaan's fit measures by the names of our fields."""


def data(name: str) -> pd.DataFrame:
    """A data file of the references."""
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv", encoding="utf-8")


def lavaan_model(setup: str) -> tuple[dict[str, list[str]], str]:
    """Factor -> items and structure of the lavaan syntax in an entry's setup."""
    syntax = re.search(r"model = '(.*?)'", setup, re.S).group(1)  # type: ignore[union-attr]
    blocks = {
        left.strip(): [item.strip() for item in right.split("+")]
        for left, right in (line.split("=~") for line in syntax.splitlines() if "=~" in line)
    }
    if "~~0*" in syntax:
        return {factor: items for factor, items in blocks.items() if factor != "g"}, "bifactor"
    if blocks.get("g", [""])[0] in blocks:
        return {factor: items for factor, items in blocks.items() if factor != "g"}, "second_order"
    return blocks, "correlated"


def terms(frame: pd.DataFrame, structure: str) -> pd.Series:
    """lavaan's lhs, op and rhs as our terms; its general factor g is ours."""
    joined = frame["lhs"] + " " + frame["op"] + (" " + frame["rhs"]).where(frame["rhs"] != "", "")
    return joined if structure == "correlated" else joined.str.replace(r"\bg\b", "general", regex=True)


@cache
def lavaan_fit(identifier: str, data_file: str, setup: str) -> CfaResult:
    """Our fit of an entry's model: estimator, missing answers and identification as its name says."""
    model, structure = lavaan_model(setup)
    kind = identifier.split(".")[2:]
    return fit_cfa(
        pd.read_csv(REFERENCE / data_file, encoding="utf-8"),
        model,
        structure=structure,  # type: ignore[arg-type]
        estimator="MLR" if "MLR" in kind else "MLM" if "MLM" in kind else "ML",
        missing="fiml" if "FIML" in kind else "listwise",
        identification="marker" if "marker" in kind else "std_lv",
    )


def fitted(entry: dict[str, Any]) -> CfaResult:
    """The same by entry."""
    return lavaan_fit(entry["id"], entry["data"], entry["setup"])
