"""The example school of the bottom-20 % programme: three school years, five cohorts."""

from __future__ import annotations

from datetime import date

from .bottom_share import BottomShareTruth, CohortTruth

_TERMS = ("2012-1", "2012-2", "2013-1", "2013-2", "2014-1", "2014-2")


def _cohort(
    name: str,
    n: int,
    first_grade: int,
    shares: tuple[float, ...],
    *,
    first: int = 0,
    leavers: int = 0,
    joiners: int = 0,
) -> CohortTruth:
    """A cohort in grade first_grade (1 to 3) at term number first; two terms a grade."""
    terms = _TERMS[first : first + len(shares)]
    grades = {term: f"g{first_grade + position // 2}" for position, term in enumerate(terms)}
    exact = {"2014-2": round(0.12 * (n - leavers + joiners))} if name == "2012" else {}
    return CohortTruth(
        name=name,
        n=n,
        grades=grades,
        shares=dict(zip(terms, shares, strict=True)),
        leavers=leavers,
        joiners=joiners,
        exact=exact,
    )


SIZHOUTOU = BottomShareTruth(
    seed=20150901,
    cohorts=(
        _cohort("2010", 58, 3, (0.52, 0.46)),
        _cohort("2011", 60, 2, (0.44, 0.38, 0.33, 0.28)),
        _cohort("2012", 60, 1, (0.38, 0.36, 0.30, 0.25, 0.18, 0.12), leavers=4, joiners=2),
        _cohort("2013", 63, 1, (0.36, 0.33, 0.30, 0.27), first=2, leavers=3, joiners=1),
        _cohort("2014", 57, 1, (0.34, 0.31), first=4, leavers=2, joiners=2),
    ),
    subjects=("chinese", "maths", "english", "science"),
    exam_days={
        "2012-1": date(2013, 1, 25),
        "2012-2": date(2013, 6, 28),
        "2013-1": date(2014, 1, 17),
        "2013-2": date(2014, 6, 27),
        "2014-1": date(2015, 2, 6),
        "2014-2": date(2015, 6, 26),
    },
    causes={"intelligence": 0.12, "psychology": 0.3, "family": 0.45, "habits": 0.6, "conduct": 0.1},
)
"""Only the last share of cohort 2012 (12 % of the third grade) is a published figure; the rest is made up around it:
some grades above 50 % years earlier, falls of about six and later three points a term."""
