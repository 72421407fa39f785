"""``efficacy design``: precision, power and false alarms of a planned study, before there are any data."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import typer

from ..errors import Finding, UsageError
from .speech import locale_language

_OPTIONS = {
    "n_survey": "--surveyed",
    "n_members": "--members",
    "selection_rule": "--selection",
    "effect": "--effect",
    "retest_r": "--retest-r",
    "retest_lowest": "--retest-r",
    "retest_highest": "--retest-r",
    "retest_n": "--retest-n",
    "n_pool": "--pool",
    "attrition": "--attrition",
    "drift": "--drift",
    "target_power": "--power",
    "n_simulations": "--simulations",
    "seed": "--seed",
}
_NUMBER = r"0?\.\d+"
_RETEST = re.compile(rf"(?P<low>{_NUMBER})(?:\s*[-–~]\s*(?P<high>{_NUMBER}))?")


def design_command(
    surveyed: Annotated[int, typer.Option("--surveyed", metavar="N", help="Children who take the pretest.")],
    members: Annotated[int, typer.Option("--members", metavar="N", help="Children who take part.")],
    effect: Annotated[
        float, typer.Option("--effect", metavar="SD", help="Effect looked for, in SD of all surveyed children.")
    ],
    selection: Annotated[
        str,
        typer.Option(
            "--selection",
            metavar="RULE",
            help="lowest_on_pretest, random_from_low, typical_cases, nominated, volunteers, not_selected or unknown.",
        ),
    ] = "lowest_on_pretest",
    retest_r: Annotated[
        str, typer.Option("--retest-r", metavar="R", help="Retest correlation supposed: 0.7, or a range 0.6-0.8.")
    ] = "0.6-0.9",
    retest_n: Annotated[int, typer.Option("--retest-n", help="Other children who could answer twice.")] = 40,
    pool: Annotated[
        int | None, typer.Option("--pool", help="Low scorers among whom lots are drawn; default: twice the members.")
    ] = None,
    attrition: Annotated[float, typer.Option("--attrition", help="Share that will miss the posttest.")] = 0.0,
    drift: Annotated[float, typer.Option("--drift", metavar="SD", help="Change of everybody that is tried out.")] = 0.2,
    power: Annotated[float, typer.Option("--power", help="Power asked for.")] = 0.80,
    design: Annotated[
        list[str] | None,
        typer.Option(
            "--design",
            help="Only this one of members_only, retest_study, second_baseline, others_again and waiting_list; may be "
            "repeated. Default: all side by side.",
        ),
    ] = None,
    simulations: Annotated[int, typer.Option("--simulations", help="Simulated studies a design.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Same plan and seed, same numbers.")] = 20260901,
    language: Annotated[Literal["zh", "en"] | None, typer.Option("--language", help="Language of the table.")] = None,
) -> None:
    """Say what a planned study could find, how powerful it is and how often it would be wrong; needs no project."""
    from ..fitting import MisfitError, fit
    from ..params import DesignParams
    from ..report.design.plain import plain_lines

    given: dict[str, Any] = {
        "n_survey": surveyed,
        "n_members": members,
        "effect": effect,
        "selection_rule": selection,
        "retest_n": retest_n,
        "attrition": attrition,
        "drift": drift,
        "target_power": power,
        "n_simulations": simulations,
        "seed": seed,
        "language": language or locale_language(),
        **({} if pool is None else {"n_pool": pool}),
        **_retest(retest_r),
    }
    try:
        params = fit(given, DesignParams)
    except MisfitError as error:
        raise UsageError(
            Finding(f"parameters.{code}", column=_OPTIONS.get(str(at[0]) if at else "", ""), values=values)
            for code, at, values in error.misfits
        ) from None
    for line in plain_lines(params, only=tuple(design or ())):
        print(line)


def _retest(text: str) -> dict[str, float]:
    """One correlation, which also is what the plan supposes, or the ends of a range."""
    match = _RETEST.fullmatch(text.strip())
    if match is None:
        raise UsageError(Finding("usage.bad_retest", values={"text": text}))
    low = float(match["low"])
    if match["high"] is None:
        return {"retest_r": low}
    return {"retest_lowest": low, "retest_highest": float(match["high"])}
