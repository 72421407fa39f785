"""What the comparison advises, and what no simulation can know."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from ...effects import DesignComparison
from ...params import DesignParams
from ..blocks import Sentence
from ..numbers import Number
from ..wording import Message, Words, say
from .choices import row_at, rows_at, shown_r
from .words import declared, labels, per_hundred, retest, sds, share, target, tested


def usual_words(params: DesignParams, comparison: DesignComparison) -> Message:
    """What the paired t-test as it is usually done would say of a programme that does nothing."""
    r = shown_r(comparison)
    row = row_at(rows_at(comparison, r), "members_only")
    if math.isnan(row["usual_alarms"]):
        return say("design.usual_unknown")
    if params.selection_rule == "not_selected":
        return say("design.usual_nominal", rate=share(row["usual_alarms"]))
    return say("design.usual_alarms", rate=per_hundred(row["usual_alarms"]), gain=sds(row["usual_gain"]), r=retest(r))


def alarms_sentence(params: DesignParams, comparison: DesignComparison) -> Sentence:
    return Sentence(id="design.alarms", parts=[usual_words(params, comparison)])


def best_name(comparison: DesignComparison) -> str | None:
    """The design of highest power at the declared effect; None where none has a test."""
    rows = tested(rows_at(comparison, shown_r(comparison)))
    return None if rows.empty else str(rows["power"].idxmax())


def own_best_name(params: DesignParams, comparison: DesignComparison) -> str | None:
    """The design of highest power that keeps the planned selection; None where none of those has a test."""
    keep = {"members_only", "retest_study", "second_baseline"}
    keep |= {"lowest_on_pretest": {"others_again"}, "random_from_low": {"waiting_list"}}.get(
        params.selection_rule, set()
    )
    rows = tested(rows_at(comparison, shown_r(comparison)))
    rows = rows[rows.index.isin(keep)]
    return None if rows.empty else str(rows["power"].idxmax())


def result_words(params: DesignParams, comparison: DesignComparison) -> list[Words]:
    """Members alone, the design of highest power, and whether any is powerful enough."""
    rows, named, best = rows_at(comparison, shown_r(comparison)), labels(params), best_name(comparison)
    said: list[Words] = []
    alone = row_at(rows, "members_only")
    if not math.isnan(alone["power"]):
        said.append(say("design.result_members_only", effect=declared(params.effect), **_gains(alone)))
    if best is None:
        return said
    if best != "members_only":
        said.append(say("design.result_best", design=named[best], **_gains(row_at(rows, best))))
    if row_at(rows, best)["power"] < comparison.target_power:
        easiest = tested(rows)["detectable_effect"].min()
        fields = {"effect": declared(params.effect), "target": target(comparison), "detectable": sds(easiest)}
        said.append(say("design.result_below_target", **fields))
    return said


def result_sentence(params: DesignParams, comparison: DesignComparison) -> Sentence:
    return Sentence(id="design.result", parts=result_words(params, comparison), tone="result")


def first_advice(params: DesignParams, comparison: DesignComparison) -> list[Words]:
    """The rule of selection, and the two measurements that every next study should have."""
    rows = rows_at(comparison, shown_r(comparison))
    alone = row_at(rows, "members_only")
    said: list[Words] = []
    if params.selection_rule not in ("lowest_on_pretest", "random_from_low", "not_selected"):
        said.append(say("design.advise_rule"))
    if "second_baseline" in rows.index:
        said.append(_second_baseline(alone, row_at(rows, "second_baseline")))
    if "others_again" in rows.index:
        said.append(_others_again(params, rows))
    if {"second_baseline", "others_again"} <= set(rows.index):
        said.append(say("design.advise_both"))
    return said or _waiting(params, rows)


def advice_sentences(params: DesignParams, comparison: DesignComparison) -> list[Sentence]:
    """What further measurements are worth, and what to write down beforehand; a paragraph each."""
    first = first_advice(params, comparison)
    waiting = _waiting(params, rows_at(comparison, shown_r(comparison)))
    said = [*first, *(words for words in waiting if words not in first), say("design.advise_declare")]
    return [Sentence(id=f"design.advice.{number}", parts=[words]) for number, words in enumerate(said, start=1)]


def unknown_sentence() -> Sentence:
    """What the simulation supposes and cannot know."""
    said = [say(f"design.unknown_{what}") for what in ("shape", "group", "r", "effect")]
    return Sentence(id="design.unknown", parts=said, tone="caution")


def _waiting(params: DesignParams, rows: pd.DataFrame) -> list[Words]:
    if "waiting_list" not in rows.index:
        return []
    row = row_at(rows, "waiting_list")
    said = {"false": share(row["false_claims"]), "power": share(row["power"])}
    if params.selection_rule != "not_selected":
        return [say("design.advise_waiting_list", **said)]
    alone = share(row_at(rows, "members_only")["drift_claims"])
    return [say("design.advise_waiting_everybody", drift=declared(params.drift), alone=alone, **said)]


def _gains(row: pd.Series) -> dict[str, Any]:
    return {"half": sds(row["half_width"]), "power": share(row["power"])}


def _second_baseline(alone: pd.Series, row: pd.Series) -> Message:
    if math.isnan(alone["power"]):
        return say("design.advise_second_baseline_only", **_gains(row))
    return say(
        "design.advise_second_baseline",
        extra=_more(row, alone),
        half_before=sds(alone["half_width"]),
        power_before=share(alone["power"]),
        **_gains(row),
    )


def _others_again(params: DesignParams, rows: pd.DataFrame) -> Message:
    """Beside the analysis without untreated children that a change of everybody misleads most."""
    alone, row = row_at(rows, "members_only"), row_at(rows, "others_again")
    without = rows[(rows["n_untreated"] == 0) & rows["drift_claims"].notna()]
    said = {
        "extra": _more(row, alone),
        "drift": declared(params.drift),
        "others": share(row["drift_claims"]),
        "power": share(row["power"]),
    }
    if without.empty:
        return say("design.advise_others_again_only", **said)
    return say("design.advise_others_again", alone=share(without["drift_claims"].max()), **said)


def _more(row: pd.Series, alone: pd.Series) -> Number:
    """Questionnaires beyond those of the smallest design."""
    return Number(value=int(row["n_questionnaires"] - alone["n_questionnaires"]), role="count")
