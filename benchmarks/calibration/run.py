"""Running the grid: in batches at fixed seeds, so that it can be stopped anywhere and goes on where it was."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from efficacy.calibration.model import CalibratedValue, Cell, cell_text, read_cell
from efficacy.streams import stream

from .families import FAMILIES
from .family import Family

SEED = 20260901
STATE = Path(__file__).parent / "state"
"""One file a family, a line a finished batch; not committed."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """So many studies of one cell. Its random numbers depend on family, cell and number alone."""

    family: str
    cell: str
    number: int
    size: int


def pending(family: Family, *, share: float, cells: str = "") -> list[Batch]:
    """The batches of a family not done yet, every cell's first batch first.

    share: of the full grid's replications. cells: only those whose text holds this.
    """
    done = {(line["cell"], line["batch"]) for line in finished(family.name)}
    batches = [
        Batch(family=family.name, cell=cell_text(cell), number=number, size=family.batch)
        for cell in family.grid
        if cells in cell_text(cell)
        for number in range(math.ceil(share * family.replications(cell) / family.batch))
    ]
    return sorted((b for b in batches if (b.cell, b.number) not in done), key=lambda batch: batch.number)


def run_batch(batch: Batch) -> dict[str, Any]:
    """Simulate one batch; sums and sums of squares by procedure and statistic."""
    family = FAMILIES[batch.family]
    started = time.perf_counter()
    random = stream(SEED, f"calibration.{batch.family}.{batch.cell}.{batch.number}")
    sums = []
    for (procedure, statistic), found in family.replicate(_cell(family, batch.cell), random, batch.size).items():
        values = np.asarray(found, dtype=float)
        known = values[np.isfinite(values)]
        sums.append([procedure, statistic, len(known), float(known.sum()), float((known**2).sum())])
    seconds = round(time.perf_counter() - started, 3)
    return {"cell": batch.cell, "batch": batch.number, "version": version("efficacy"), "seconds": seconds, "sums": sums}


def run(families: Sequence[Family], *, share: float, cells: str, n_jobs: int, minutes: float | None) -> None:
    """Do what is pending until it is done or the time is up; every finished batch is kept at once."""
    STATE.mkdir(exist_ok=True)
    until = math.inf if minutes is None else time.monotonic() + 60 * minutes
    for family in families:
        batches = pending(family, share=share, cells=cells)
        started, total = time.monotonic(), len(batches)
        for done, record in enumerate(_records(batches, n_jobs, until), start=1):
            with _file(family.name).open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            if done == total or done % max(1, total // 20) == 0:
                print(_progress(family.name, done, total, time.monotonic() - started), flush=True)


def _progress(name: str, done: int, total: int, elapsed: float) -> str:
    return f"{name}: {done}/{total} batches, {elapsed:.0f} s, about {elapsed * (total - done) / done:.0f} s left"


def _records(batches: Sequence[Batch], n_jobs: int, until: float) -> Iterator[dict[str, Any]]:
    if n_jobs == 1:
        for batch in batches:
            if time.monotonic() > until:
                return
            yield run_batch(batch)
        return
    with ProcessPoolExecutor(n_jobs) as pool:
        waiting = [pool.submit(run_batch, batch) for batch in batches]
        for finished_one in as_completed(waiting):
            if finished_one.cancelled():
                continue
            yield finished_one.result()
            if time.monotonic() > until:
                for future in waiting:
                    future.cancel()
                until = math.inf


def finished(family: str) -> list[dict[str, Any]]:
    """The batches kept so far."""
    path = _file(family)
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def values(family: Family) -> Iterator[CalibratedValue]:
    """The rows of the table that the finished batches of a family give, in the order of its grid."""
    totals: dict[tuple[str, str, str], np.ndarray] = defaultdict(lambda: np.zeros(3))
    versions: dict[str, str] = {}
    for line in finished(family.name):
        versions[line["cell"]] = line["version"]
        for procedure, statistic, count, total, squares in line["sums"]:
            totals[line["cell"], procedure, statistic] += (count, total, squares)
    order = {cell_text(cell): position for position, cell in enumerate(family.grid)}
    kept = [
        key for key in totals if key[0] in order and totals[key][0] > 0
    ]  # a cell that left the grid leaves the table
    for text, procedure, statistic in sorted(kept, key=lambda key: (key[1], order[key[0]])):
        cell = _cell(family, text)
        count, total, squares = totals[text, procedure, statistic]
        low, high = family.aim(procedure, statistic, cell) or (None, None)
        yield CalibratedValue(
            procedure=procedure,
            cell=cell,
            statistic=statistic,
            value=total / count,
            mc_error=_error(count, total, squares),
            replications=int(count),
            replications_aim=family.replications(cell),
            aim_low=low,
            aim_high=high,
            seed=SEED,
            version=versions[text],
        )


def _error(count: float, total: float, squares: float) -> float:
    """Standard error of the mean; of a share with two of each kind added, so that 0 of 1,000 is not without error."""
    if squares == total and 0 <= total <= count:  # only 0 and 1
        share = (total + 2) / (count + 4)
        return math.sqrt(share * (1 - share) / (count + 4))
    return math.sqrt(max(squares / count - (total / count) ** 2, 0.0) / max(count - 1, 1))


def _cell(family: Family, text: str) -> Cell:
    """The cell of the grid that this text stands for."""
    return next((cell for cell in family.grid if cell_text(cell) == text), None) or read_cell(text)


def _file(family: str) -> Path:
    return STATE / f"{family}.jsonl"
