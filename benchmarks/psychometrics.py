"""Psychometrics on 22 five-point items: this package beside R's psych and lavaan, measured in the same run.

    OPENBLAS_NUM_THREADS=1 python benchmarks/psychometrics.py [--write]

Processor time of one core, the shortest of several runs. R is measured where Rscript with psych, GPArotation and lavaan
is there, else its columns are empty. "Floor" is the part that no implementation can leave out, by numpy alone: drawing,
products and eigenvalues, or one pass over the data. --write puts the table under its heading in docs/benchmarks.md.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy

import efficacy as ef

ITEMS = [f"q{number:02d}" for number in range(1, 23)]
MODEL = {"a": ITEMS[:11], "b": ITEMS[11:]}
SMALL, LARGE, SHEETS, RESAMPLES = 95, 2800, 1_000_000, 1000
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEADING = "## Psychometrics beside R\n"


class Task(NamedTuple):
    """key: as the R script prints it. goal: how many times faster than R it is to be, where that was set."""

    key: str
    label: str
    goal: float | None
    call: Callable[[], object]
    floor: Callable[[], object]
    repeats: int = 3


def answers(n: int, *, seed: int) -> pd.DataFrame:
    """Five-point answers to two scales of 11 items, loadings .5 to .75, factors correlated .6."""
    random = np.random.default_rng(seed)
    loadings = np.tile(np.linspace(0.5, 0.75, 11), 2)
    factors = random.standard_normal((n, 2)) @ np.linalg.cholesky([[1, 0.6], [0.6, 1]]).T
    tendency = factors[:, np.repeat([0, 1], 11)] * loadings
    tendency += random.standard_normal((n, 22)) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(tendency, [-1.3, -0.5, 0.4, 1.2]) + 1.0, columns=ITEMS)


def eigenvalues_of_random_data() -> None:
    data = np.random.default_rng(1).standard_normal((RESAMPLES, SMALL, 22))
    data -= data.mean(axis=1, keepdims=True)
    data /= np.sqrt((data**2).sum(axis=1, keepdims=True))
    correlations = data.transpose(0, 2, 1) @ data
    np.linalg.eigvalsh(correlations)
    np.linalg.eigvalsh(correlations)  # with communalities on the diagonal


def eigenvectors_of_resamples(values: np.ndarray) -> None:
    rows, columns = np.triu_indices(22)
    weights = np.random.default_rng(1).multinomial(len(values), np.full(len(values), 1 / len(values)), size=RESAMPLES)
    covariances = np.empty((RESAMPLES, 22, 22))
    covariances[:, rows, columns] = covariances[:, columns, rows] = weights @ (values[:, rows] * values[:, columns])
    np.linalg.eigh(covariances)


def cross_tables(values: np.ndarray) -> np.ndarray:
    chosen = (values[:, :, None] == np.arange(1, 6)).reshape(len(values), -1).astype(float)
    return chosen.T @ chosen


def information_of_statistics(values: np.ndarray) -> None:
    """22 x 4 thresholds and 231 correlations: their products over respondents."""
    influences = np.repeat(values, 15, axis=1)[:, : 88 + 231]
    influences.T @ influences
    cross_tables(values)


def newton_steps(values: np.ndarray) -> None:
    covariance = np.cov(values, rowvar=False)
    for _ in range(5):
        np.linalg.inv(covariance)
        np.linalg.solve(np.eye(45) + 0.1, np.ones(45))


def tasks(small: pd.DataFrame, large: pd.DataFrame, sheets: pd.DataFrame, instrument: ef.Instrument) -> list[Task]:
    few, many, long = small.to_numpy(), large.to_numpy(), as_rows(sheets)

    def parallel() -> None:
        for basis in ("factor", "component"):
            ef.parallel_analysis(small, basis=basis, n_iterations=RESAMPLES, seed=1)

    return [
        Task(
            "parallel", "`parallel_analysis`, 1,000 sets, n = 95, both bases", 50, parallel, eigenvalues_of_random_data
        ),
        Task("polychoric_95", "`polychoric`, n = 95", 20, lambda: ef.polychoric(small), lambda: cross_tables(few)),
        Task(
            "polychoric_2800", "`polychoric`, n = 2,800", 20, lambda: ef.polychoric(large), lambda: cross_tables(many)
        ),
        Task(
            "omega",
            "`mcdonald_omega`, 1,000 resamples, n = 95",
            30,
            lambda: ef.mcdonald_omega(small, n_resamples=RESAMPLES),
            lambda: eigenvectors_of_resamples(few),
        ),
        Task(
            "omega_hierarchical",
            "`omega_hierarchical`, 3 factors, 1,000 resamples, n = 95",
            30,
            lambda: ef.omega_hierarchical(small, n_factors=3, n_resamples=RESAMPLES),
            lambda: eigenvectors_of_resamples(few),
        ),
        Task("cfa_ml", "`fit_cfa` ML, n = 95", 1, lambda: ef.fit_cfa(small, MODEL), lambda: newton_steps(few)),
        Task(
            "cfa_wlsmv_95",
            "`fit_cfa` WLSMV, n = 95",
            5,
            lambda: ef.fit_cfa(small, MODEL, estimator="WLSMV"),
            lambda: information_of_statistics(few),
        ),
        Task(
            "cfa_wlsmv_2800",
            "`fit_cfa` WLSMV, n = 2,800",
            5,
            lambda: ef.fit_cfa(large, MODEL, estimator="WLSMV"),
            lambda: information_of_statistics(many),
        ),
        Task(
            "scoring",
            "`score_items`, 1,000,000 x 22, 3 scales",
            10,
            lambda: ef.score_items(sheets, instrument),
            lambda: sheets.to_numpy().sum(),
        ),
        Task(
            "scoring",
            "`score`, the same as 22,000,000 rows with ids as categories",
            None,
            lambda: ef.score(long, instrument),
            lambda: long["response"].to_numpy().sum(),
            repeats=1,
        ),
    ]


def as_rows(sheets: pd.DataFrame) -> pd.DataFrame:
    """The answers one a row, as a study holds them."""
    people, items = np.repeat(np.arange(len(sheets)), len(ITEMS)), np.tile(np.arange(len(ITEMS)), len(sheets))
    return pd.DataFrame(
        {
            "participant_id": pd.Categorical.from_codes(people, [f"p{number:07d}" for number in range(len(sheets))]),
            "wave": pd.Categorical.from_codes(np.zeros(len(people), dtype=np.int8), ["pre"]),
            "item": pd.Categorical.from_codes(items, ITEMS),
            "response": sheets.to_numpy().ravel(),
        }
    )


def seconds(call: Callable[[], object], *, repeats: int) -> float:
    """Processor time of the shortest of several runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def floor_seconds(call: Callable[[], object]) -> float:
    """The same of something short: run until a twentieth of a second is spent."""
    once = seconds(call, repeats=2)
    times = max(1, math.ceil(0.05 / max(once, 1e-6)))
    return seconds(lambda: [call() for _ in range(times)], repeats=3) / times


def by_r(small: pd.DataFrame, large: pd.DataFrame) -> tuple[dict[str, float], str]:
    """Seconds of every task in R, and the versions; empty where R or a package is not there."""
    if not shutil.which("Rscript"):
        return {}, "R was not there"
    with tempfile.TemporaryDirectory() as folder:
        small.to_csv(Path(folder) / "small.csv", index=False)
        large.to_csv(Path(folder) / "large.csv", index=False)
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(["Rscript", str(script), folder], capture_output=True, text=True, encoding="utf-8")
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    versions = next((line[1:] for line in lines if line[0] == "version"), None)
    if versions is None:
        return {}, "R or one of its packages was not there"
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    found = {line[0]: float(line[1]) for line in lines if line[0] != "version"}
    return found, "R {}, psych {}, lavaan {}".format(*versions)


def peak_over_data(sheets: pd.DataFrame, instrument: ef.Instrument) -> float:
    """Most memory held while scoring, the data included, as a multiple of the data's."""
    tracemalloc.start()
    ef.score_items(sheets, instrument)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = int(sheets.memory_usage(index=False).sum())
    return 1 + peak / size


def table() -> str:
    small, large = answers(SMALL, seed=1), answers(LARGE, seed=2)
    sheets = pd.DataFrame(np.random.default_rng(3).integers(1, 6, (SHEETS, 22)).astype(float), columns=ITEMS)
    instrument = ef.load_instrument("liang2000")
    instrument = instrument.confirmed({str(number): True for number in instrument.disputed})
    theirs, versions = by_r(small, large)
    rows = []
    for task in tasks(small, large, sheets, instrument):
        first = task.call()  # imports and caches
        if getattr(first, "status", "ok") == "not_computable":
            raise RuntimeError(f"{task.key}: not computable, so there is nothing to time")
        ours, floor = seconds(task.call, repeats=task.repeats), floor_seconds(task.floor)
        r = theirs.get(task.key)
        compared = "| | " if r is None else f"| {r:.3g} | {r / ours:.1f} "
        goal = "" if task.goal is None else f"{task.goal:g}"
        rows.append(f"| {task.label} | {ours:.3g} {compared}| {goal} | {floor:.2g} | {ours / floor:.3g} |")
        print(rows[-1], flush=True)
    memory, python = peak_over_data(sheets, instrument), sys.version.split()[0]
    return "\n".join(
        [
            "`benchmarks/psychometrics.py`: 22 five-point items, simulated. Processor seconds of one core, the",
            f"shortest of several runs, both sides in one run: Python {python}, numpy {np.__version__},",
            f"scipy {scipy.__version__}; {versions}; a machine of {os.cpu_count()} cores. R's omega is 25 resamples",
            "scaled to 1,000; ours is 1,000 resamples after an analysis from 21 starts. lavaan's time includes",
            "`fitMeasures`. Floor: drawing, products, inverses and eigenvalues, or one pass over the data, by numpy",
            "alone.",
            "",
            "| | seconds | R | times faster | goal | floor | times the floor |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"Scoring holds {memory:.2f} times the data's memory at most, data and result included (goal: below 3).",
        ]
    )


def write(text: str) -> None:
    """Put the table under its heading, in place of what stands there."""
    page = PAGE.read_text(encoding="utf-8")
    if HEADING in page:
        before, after = page.split(HEADING, 1)
        rest = after.find("\n## ")
        page = before + (after[rest + 1 :] if rest >= 0 else "")
    PAGE.write_text(f"{page.rstrip()}\n\n{HEADING}\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    found = table()
    if "--write" in sys.argv[1:]:
        write(found)
    print(found)
