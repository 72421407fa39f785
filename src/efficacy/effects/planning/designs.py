"""What a study is planned to be: how many children, chosen how, measured when; and what could be measured besides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from ...params.reports import ComparisonGroup, SelectionRule
from ..design import MainAnalysis, main_analysis
from ..inputs import check_probability
from ..retest import SMALLEST_GROUP

DesignName = Literal["members_only", "retest_study", "second_baseline", "others_again", "waiting_list"]
"""members_only: nobody but the members is measured again. retest_study: besides, other children answer twice without
a programme. second_baseline: the members are measured once more between selection and programme. others_again: the
lowest are the members and everybody else of the survey is measured again. waiting_list: members are drawn by lot from
the low scorers, and those not drawn wait and are measured again."""
RETEST_CHILDREN = 40
"""Children of a retest study where no other number is planned."""
LARGEST_LOSS = 0.5
_SIMULATED_COMPARISONS = ("none", "same_survey_not_chosen", "eligible_not_chosen_at_random", "randomised")


@dataclass(frozen=True, kw_only=True)
class StudyDesign:
    """A planned study of one group.

    n_survey: children who answer at first. n_members: children who take part. n_pool: children among whom lots are
    drawn, where they are (the lowest of the survey; everybody where nobody is chosen by score); None: twice n_members.
    second_baseline: members are measured once more between selection and programme. retest_n: other children who
    answer twice without a programme; None: no such study, and the range retest_lowest to retest_highest decides.
    attrition: share of either group without a posttest, lost at random. Raises ValueError for numbers that cannot be.
    """

    n_survey: int
    n_members: int
    selection_rule: SelectionRule = "lowest_on_pretest"
    comparison_group: ComparisonGroup = "none"
    n_pool: int | None = None
    second_baseline: bool = False
    retest_n: int | None = None
    retest_lowest: float = 0.6
    retest_highest: float = 0.9
    attrition: float = 0.0

    def __post_init__(self) -> None:
        if self.comparison_group not in _SIMULATED_COMPARISONS:
            raise ValueError(f"comparison_group={self.comparison_group!r}: one of {_SIMULATED_COMPARISONS}")
        if self.selection_rule not in get_args(SelectionRule):
            raise ValueError(f"selection_rule={self.selection_rule!r}: one of {get_args(SelectionRule)}")
        if not SMALLEST_GROUP <= self.n_members <= self.n_survey:
            raise ValueError(f"n_members={self.n_members!r}: from {SMALLEST_GROUP} to n_survey={self.n_survey!r}")
        if not 0 <= self.attrition <= LARGEST_LOSS:
            raise ValueError(f"attrition={self.attrition!r}: from 0 to {LARGEST_LOSS}")
        if self.retest_n is not None and self.retest_n < 4:
            raise ValueError(f"retest_n={self.retest_n!r}: at least 4")
        check_probability(self.retest_lowest, "retest_lowest")
        check_probability(self.retest_highest, "retest_highest")
        if self.retest_lowest > self.retest_highest:
            raise ValueError(f"retest_lowest={self.retest_lowest!r}: at most retest_highest={self.retest_highest!r}")
        if self.drawn_by_lot and not self.n_members < self.pool <= self.n_survey:
            raise ValueError(f"n_pool={self.pool!r}: above n_members and at most n_survey={self.n_survey!r}")
        if self.measured_at_post[0] < SMALLEST_GROUP:
            raise ValueError(f"attrition={self.attrition!r}: fewer than {SMALLEST_GROUP} members would be left")

    @property
    def analysis(self) -> MainAnalysis:
        """The main analysis that selection and comparison allow."""
        return main_analysis(
            self.selection_rule,
            self.comparison_group,
            untreated_measured_twice=self.comparison_group != "none",
            second_baseline=self.second_baseline,
            untreated_surveyed=self.n_survey > self.n_members,
        )

    @property
    def drawn_by_lot(self) -> bool:
        """Are members drawn from a pool, of whom the others may be measured again?"""
        by_lot = ("eligible_not_chosen_at_random", "randomised")
        return self.selection_rule == "random_from_low" or self.comparison_group in by_lot

    @property
    def pool(self) -> int:
        """Children among whom lots are drawn."""
        chosen_by_score = self.selection_rule != "not_selected"
        return self.n_pool or (min(2 * self.n_members, self.n_survey) if chosen_by_score else self.n_survey)

    @property
    def measured_at_post(self) -> tuple[int, int]:
        """Members and untreated children with a posttest."""
        if self.comparison_group == "none":
            untreated = 0
        else:
            untreated = (self.pool if self.drawn_by_lot else self.n_survey) - self.n_members
        kept = 1 - self.attrition
        return round(kept * self.n_members), round(kept * untreated)

    @property
    def n_questionnaires(self) -> int:
        """Questionnaires answered in all: survey, second baseline, posttest, and a retest study twice."""
        again = self.n_members if self.second_baseline else 0
        return self.n_survey + again + sum(self.measured_at_post) + 2 * (self.retest_n or 0)


def extra_measurements(design: StudyDesign) -> dict[DesignName, StudyDesign]:
    """The planned study with each measurement that could be added, one at a time, by DesignName.

    design: sizes, selection rule, range of r and attrition are taken from it, and retest_n and n_pool where given.
    Designs that its numbers do not allow are left out. Where nobody is chosen by score: members_only and waiting_list.
    """
    plain = replace(design, comparison_group="none", second_baseline=False, retest_n=None)
    found: dict[DesignName, StudyDesign] = {"members_only": plain}
    chosen_by_score = design.selection_rule in ("lowest_on_pretest", "random_from_low")
    if chosen_by_score:
        found["retest_study"] = replace(plain, retest_n=design.retest_n or RETEST_CHILDREN)
    if design.selection_rule == "not_selected":
        half = replace(plain, n_members=design.n_members // 2) if design.n_members >= 2 * SMALLEST_GROUP else None
        if half is not None:
            found["waiting_list"] = replace(half, comparison_group="randomised", n_pool=design.n_members)
        return found
    if design.selection_rule not in ("volunteers", "unknown"):
        found["second_baseline"] = replace(plain, second_baseline=True)
    if design.n_survey >= 2 * SMALLEST_GROUP + design.n_members:
        lowest: SelectionRule = "lowest_on_pretest"
        found["others_again"] = replace(plain, selection_rule=lowest, comparison_group="same_survey_not_chosen")
    pool = design.n_pool or 2 * design.n_members
    if design.n_members + SMALLEST_GROUP <= pool <= design.n_survey:
        low: SelectionRule = "random_from_low"
        by_lot: ComparisonGroup = "eligible_not_chosen_at_random"
        found["waiting_list"] = replace(plain, selection_rule=low, comparison_group=by_lot, n_pool=pool)
    return found
