"""Names and numbers this report says again and again, each with its role."""

from __future__ import annotations

import pandas as pd

from ...effects import DesignComparison, StudyDesign
from ...params import DesignParams
from ..numbers import Number
from ..wording import Message, say
from .choices import designs_of


def design_label(name: str, design: StudyDesign) -> Message:
    """A design in words."""
    fields = {"retest_study": {"n": design.retest_n or 0}, "waiting_list": {"pool": design.pool}}
    return say(f"design.design_{name}", **fields.get(name, {}))


def labels(params: DesignParams) -> dict[str, Message]:
    """Every design of the plan in words, by name."""
    return {name: design_label(name, design) for name, design in designs_of(params).items()}


def rule_label(params: DesignParams) -> Message:
    """How the members are to be chosen."""
    return say(f"design.rule_{params.selection_rule}")


def sds(value: float) -> Number:
    """An effect or half-width in standard deviations of the survey."""
    return Number(value=value, role="effect", tolerance="resampled")


def declared(value: float) -> Number:
    """An effect in standard deviations that people wrote down."""
    return Number(value=value, role="effect")


def share(value: float) -> Number:
    """A share of simulated studies."""
    return Number(value=value, role="percent", tolerance="resampled")


def per_hundred(value: float) -> Number:
    """A share of simulated studies said as "so many of 100"."""
    return Number(value=100 * value, role="count", tolerance="resampled")


def retest(r: float) -> Number:
    return Number(value=r, role="r")


def target(comparison: DesignComparison) -> str:
    """The power asked for, as people write it."""
    return f"{100 * comparison.target_power:g}%"


def tested(rows: pd.DataFrame) -> pd.DataFrame:
    """The designs that have a single test, and so a power."""
    return rows[rows["power"].notna()]
