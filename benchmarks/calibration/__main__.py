"""Run the grid and write the shipped table: python -m benchmarks.calibration (--help says what can be chosen)."""

from __future__ import annotations

import argparse
import os

from efficacy.calibration.loader import TABLE, write_table

from .failures import write_failures
from .families import FAMILIES
from .run import run, values


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description="Measure the shipped table.")
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES), help="only this one; may be repeated")
    parser.add_argument("--cells", default="", metavar="TEXT", help='only cells that hold this, as "retest_r=0.6"')
    parser.add_argument("--share", type=float, default=1.0, help="of the full grid's replications")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--minutes", type=float, help="stop after so many; what is done is kept")
    parser.add_argument("--table-only", action="store_true", help="write the table from what is done")
    given = parser.parse_args()
    if not given.table_only:
        chosen = [FAMILIES[name] for name in given.family or FAMILIES]
        run(chosen, share=given.share, cells=given.cells, n_jobs=given.jobs, minutes=given.minutes)
    rows = [row for family in FAMILIES.values() for row in values(family)]
    write_table(rows)
    write_failures(rows)
    print(f"{len(rows)} rows in {TABLE.name}")


if __name__ == "__main__":
    main()
