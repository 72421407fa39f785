"""Counts of casework with one child: support by kind, source and time; services by what they aimed at."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    absent = [column for column in columns if column not in frame]
    if absent:
        raise ValueError(f"{name}: columns {absent} are missing")


def support_matrix(ratings: pd.DataFrame) -> pd.DataFrame:
    """Support by dimension, source and day.

    ratings: columns dimension, source, day, rating; several ratings of one place and day are averaged. Returns
    dimension, source (missing: mean over the sources rated on that day), day, estimate (the rating), change (since the
    first day this place was rated). In the order of the categories, then of the days.
    R: ``aggregate(rating ~ dimension + source + day, ratings, mean)``.
    """
    _require(ratings, ("dimension", "source", "day", "rating"), "ratings")
    rated = ratings.dropna(subset=["rating"])
    places = rated.groupby(["dimension", "source", "day"], observed=True)["rating"].mean().reset_index()
    means = places.groupby(["dimension", "day"], observed=True)["rating"].mean().reset_index().assign(source=None)
    everything = pd.concat([places, means], ignore_index=True)
    everything["source"] = everything["source"].astype("str").where(everything["source"].notna())
    everything["dimension"] = everything["dimension"].astype("str")
    first = everything.sort_values("day").groupby(["dimension", "source"], dropna=False)["rating"].transform("first")
    everything["change"] = everything["rating"] - first
    return everything.rename(columns={"rating": "estimate"})[["dimension", "source", "day", "estimate", "change"]]


def service_hours(log: pd.DataFrame) -> pd.DataFrame:
    """Contacts and hours of every strategy and the kind of support it aimed at.

    log: columns strategy, dimension, hours; one row a contact. Returns strategy, dimension, n (contacts), hours, share
    (of all hours); only combinations that occur, in the order of the categories.
    R: ``aggregate(hours ~ strategy + dimension, log, sum)``.
    """
    _require(log, ("strategy", "dimension", "hours"), "log")
    grouped = log.groupby(["strategy", "dimension"], observed=True)["hours"]
    table = grouped.agg(["size", "sum"]).reset_index().rename(columns={"size": "n", "sum": "hours"})
    total = float(table["hours"].sum())
    table["share"] = table["hours"] / total if total else float("nan")
    return table.astype({"strategy": "str", "dimension": "str"})
