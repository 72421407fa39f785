"""The course of casework: stages and their dates, plans and their versions, contacts planned and done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from .proportions import NOTHING, wilson

GroupType = Literal["growth", "paired", "mutual_help"]


def stage_record(stages: pd.DataFrame, *, order: Sequence[str]) -> pd.DataFrame:
    """Every case against the stages it should go through.

    stages: case_id, stage, day (start of the stage), one row each. order: the stages in the order they should be
    reached. Returns, indexed by case_id: n_stages, last (furthest stage reached), missing (stages before it without a
    date, in order, joined by a space), n_missing, out_of_order (a later stage has an earlier date), days (first to last
    date). Raises ValueError for an unknown stage or a stage named twice in a case.
    """
    unknown = sorted(set(stages["stage"]) - set(order))
    if unknown:
        raise ValueError(f"stages: {unknown} not among {list(order)}")
    if stages.duplicated(["case_id", "stage"]).any():
        raise ValueError("stages: one row per case_id and stage, found repeated ones")
    rows = {}
    for case, group in stages.groupby("case_id"):
        days = pd.to_datetime(group.set_index("stage")["day"]).reindex(list(order))
        reached = days.dropna()
        last = max(order.index(stage) for stage in group["stage"])
        missing = [stage for stage in order[:last] if pd.isna(days[stage])]
        rows[case] = {
            "n_stages": len(group),
            "last": order[last],
            "missing": " ".join(missing),
            "n_missing": len(missing),
            "out_of_order": not reached.is_monotonic_increasing,
            "days": (reached.max() - reached.min()).days if len(reached) else math.nan,
        }
    columns = ["n_stages", "last", "missing", "n_missing", "out_of_order", "days"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("case_id")


def group_matches_type(difficulties: pd.Series, roles: pd.Series, *, group_type: GroupType) -> bool | None:
    """Does a group's roster look like the type it was declared as?

    difficulties: main difficulty of every member; roles: client or volunteer. "growth": one difficulty and no volunteer
    (homogeneous); "paired": at least one volunteer and one client; "mutual_help": several difficulties among clients
    and no volunteer (heterogeneous). None where a client's difficulty is missing and the type depends on it.
    """
    if group_type not in ("growth", "paired", "mutual_help"):
        raise ValueError(f"group_type={group_type!r}: growth, paired or mutual_help")
    volunteers, clients = roles.eq("volunteer"), roles.eq("client")
    if group_type == "paired":
        return bool(volunteers.any() and clients.any())
    if volunteers.any():
        return False
    named = difficulties[clients]
    if named.isna().any() or named.empty:
        return None
    return bool(named.nunique() == 1) if group_type == "growth" else bool(named.nunique() > 1)


def plan_adherence(measures: pd.DataFrame) -> pd.DataFrame:
    """Plans and what was done of them, person by person.

    measures: participant_id, version (of the plan, 1, 2, ...), measure, planned (truth value), done (truth value), one
    row each. Judged by every person's latest version. Returns, indexed by participant_id: n_versions, n_planned, n_done
    (of the planned), share, n_unplanned (done and not planned).
    """
    latest = measures.groupby("participant_id")["version"].transform("max")
    current = measures[measures["version"] == latest]
    planned, done = current["planned"].astype(bool), current["done"].astype(bool)
    people = current["participant_id"]
    table = pd.DataFrame(
        {
            "n_versions": measures.groupby("participant_id")["version"].nunique(),
            "n_planned": planned.groupby(people).sum(),
            "n_done": (planned & done).groupby(people).sum(),
            "n_unplanned": (~planned & done).groupby(people).sum(),
        }
    )
    table["share"] = table["n_done"] / table["n_planned"].where(table["n_planned"] > 0)
    return table


def contacts_kept(pairs: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Contacts of a pairing scheme, planned against done.

    pairs: pair_id, kind, planned (contacts in the period), one row a pair. contacts: pair_id, day. Returns one row a
    kind: kind, n (pairs), planned, done, n_kept (pairs with at least as many as planned), n_none (pairs without any),
    share (n_kept of n) with Wilson interval. Contacts beyond the plan of one pair never make up for another's. Raises
    ValueError for a contact of an unknown pair.
    """
    if not contacts["pair_id"].isin(pairs["pair_id"]).all():
        raise ValueError("contacts: a pair_id is not among the pairs")
    done = contacts.groupby("pair_id").size().reindex(pairs["pair_id"], fill_value=0).to_numpy()
    table = pairs.assign(done=done, kept=done >= pairs["planned"].to_numpy(), none=done == 0)
    rows = []
    for kind, group in table.groupby("kind", sort=True):
        kept = wilson(int(group["kept"].sum()), len(group))
        rows.append(
            {
                "kind": kind,
                "n": len(group),
                "planned": int(group["planned"].sum()),
                "done": int(group["done"].sum()),
                "n_kept": int(group["kept"].sum()),
                "n_none": int(group["none"].sum()),
                "share": kept.estimate,
                "conf_low": kept.conf_low,
                "conf_high": kept.conf_high,
            }
        )
    columns = ["kind", "n", "planned", "done", "n_kept", "n_none", "share", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def outcomes_with_denominators(outcomes: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Outcomes as shares where somebody said of whom, and as bare counts where nobody did.

    outcomes: count, n (missing where no denominator is recorded), and whatever columns name the outcome. Returns them
    with share, conf_low, conf_high (Wilson) and has_denominator. Raises ValueError for a count above its n.
    """
    known = outcomes["n"].notna()
    shares = [
        wilson(int(count), int(n), conf_level=conf_level) if has else NOTHING
        for count, n, has in zip(outcomes["count"], outcomes["n"], known, strict=True)
    ]
    columns = pd.DataFrame(shares, index=outcomes.index, columns=["share", "conf_low", "conf_high"], dtype=float)
    return outcomes.join(columns).assign(has_denominator=known)
