"""A site's own false-alarm rate and correction by 10,000 simulated studies: this package beside a plain scipy loop.

    python benchmarks/change.py [--write]

Both draw the lowest 12 of 54 children in whom nothing happened and apply the paired t-test and the retest correction.
The loop is run on fewer studies and scaled up; its shares must agree with the package's. --write puts the table under
its heading in docs/benchmarks.md.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import stats

from efficacy.effects import StudyDesign, compare_designs, false_alarm_rate

N, MEMBERS, R, RETEST_N, STUDIES, LOOPED = 54, 12, 0.7, 40, 10_000, 500
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEADING = "## Change: a site's own false alarms and correction\n"


def looped(studies: int) -> tuple[float, float]:
    """One study after the other: shares of significant paired tests and of corrected intervals above no change."""
    random = np.random.default_rng(1)
    alarms = claims = 0
    for _ in range(studies):
        true = random.normal(0, math.sqrt(R), N)
        pre, post = (true + random.normal(0, math.sqrt(1 - R), N) for _ in range(2))
        lowest = np.argsort(pre)[:MEMBERS]
        alarms += stats.ttest_rel(post[lowest], pre[lowest]).pvalue < 0.05
        first = random.normal(size=RETEST_N)
        rho = np.corrcoef(first, R * first + math.sqrt(1 - R**2) * random.normal(size=RETEST_N))[0, 1]
        below = pre[lowest].mean() - pre.mean()
        parts = (
            (post[lowest] - rho * pre[lowest]).var(ddof=1) / MEMBERS,
            (1 - rho) ** 2 * pre.var(ddof=1) / N,
            below**2 * (1 - rho**2) ** 2 / (RETEST_N - 3),
        )
        df = sum(parts) ** 2 / sum(p**2 / f for p, f in zip(parts, (MEMBERS - 1, N - 1, RETEST_N - 3), strict=True))
        tau = post[lowest].mean() - pre.mean() - rho * below
        claims += tau - stats.t.ppf(0.975, df) * math.sqrt(sum(parts)) > 0
    return alarms / studies, claims / studies


def at_once() -> tuple[float, float]:
    """The same shares by the package."""
    design = StudyDesign(n_survey=N, n_members=MEMBERS, retest_n=RETEST_N)
    row = compare_designs({"own": design}, retest_r=[R], effect=0.5, n_simulations=STUDIES, seed=1).tidy().iloc[0]
    return float(row["usual_alarms"]), float(row["false_claims"])


def seconds(call: Callable[[], object], *, repeats: int) -> float:
    """Processor time of the shortest of several runs."""
    times = []
    for _ in range(repeats):
        started = time.process_time()
        call()
        times.append(time.process_time() - started)
    return min(times)


def report() -> str:
    """The table, after checking that both ways give the same shares."""
    for ours, theirs in zip(at_once(), looped(LOOPED), strict=True):
        assert abs(ours - theirs) < 4.5 * math.sqrt(max(ours * (1 - ours), 0.01) / LOOPED)
    alone = seconds(
        lambda: false_alarm_rate(n_survey=N, n_members=MEMBERS, retest_r=[0.6, 0.7, 0.8, 0.9], seed=1), repeats=5
    )
    ours = seconds(at_once, repeats=5)
    loop = seconds(lambda: looped(LOOPED), repeats=3) * STUDIES / LOOPED
    names = (
        "loop of `scipy.stats.ttest_rel`, `numpy.corrcoef`, `t.ppf` and the formulas",
        "`compare_designs`, the same and power, drift and detectable effect",
        "`false_alarm_rate`, the paired t-test alone at four retest correlations",
    )
    lines = [
        HEADING,
        f"`benchmarks/change.py`: {STUDIES:,} studies of {N} children, the lowest {MEMBERS} chosen, no change; paired",
        f"t-test and retest correction with a retest study of {RETEST_N} children. Processor time, one core; the",
        f"loop is timed on {LOOPED} studies and scaled up; both ways give the same shares.",
        "",
        "| way | seconds | ratio |",
        "|---|---|---|",
        *(
            f"| {name} | {took:.3f} | {loop / took:.0f} |"
            for name, took in zip(names, (loop, ours, alone), strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"


def write(section: str) -> None:
    """Put the section in the page in place of the one under its heading."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else "# Benchmarks\n\n"
    before, _, rest = page.partition(HEADING)
    after = rest[rest.find("\n## ") + 1 :] if "\n## " in rest else ""
    PAGE.write_text(before.rstrip("\n") + "\n\n" + section + (f"\n{after}" if after else ""), encoding="utf-8")


if __name__ == "__main__":
    text = report()
    print(text)
    if "--write" in sys.argv[1:]:
        write(text)
