"""What the report is about: the children, waves and scales the parameters name, and the analysis they allow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from ...effects import (
    MainAnalysis,
    main_analysis,
)
from ...params import InterventionParams
from ...study import Study
from ..labels import scale_names
from ..shared import smallest_shown

RANGE_STEP = 0.1  # of the retest correlations shown between the declared ends
FEWEST_UNTREATED = 3  # untreated children with both waves below which there is nobody to compare with
FEWEST_MEMBERS = 3  # members with a second baseline and a post score below which that baseline is not started from
OTHER_POPULATION = ("other_population", "matched_from_other_population")
SAME_RANKING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A study seen as an intervention. baseline, post, followup, second_baseline: waves; outcome, baseline_outcome:
    scales, the same unless another test was taken before. members: children who had the programme; others: those who
    did not."""

    study: Study
    params: InterventionParams
    baseline: str
    post: str
    followup: str | None
    second_baseline: str | None
    outcome: str
    baseline_outcome: str
    members: pd.Index
    others: pd.Index
    scales: tuple[str, ...]

    @property
    def same_test(self) -> bool:
        """Were both waves measured with the same scale? Only then is there a change to speak of."""
        return self.outcome == self.baseline_outcome

    @property
    def individual_marks(self) -> bool:
        """Are single children drawn? The rule of Run.individual_marks, for captions."""
        return self.study.site.data_origin != "confidential" or self.params.profile == "internal"

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.params.improvement == "increase" else -1

    def better(self, low: float, high: float) -> bool:
        """Does an interval lie wholly on the side of improvement?"""
        return low > 0 if self.sign > 0 else high < 0

    def worse(self, low: float, high: float) -> bool:
        """Does an interval lie wholly on the other side?"""
        return high < 0 if self.sign > 0 else low > 0

    @cached_property
    def survey(self) -> pd.Series:
        """Scores before, of everybody who has one."""
        return self.study.score(self.baseline, self.baseline_outcome)

    @cached_property
    def own_survey(self) -> pd.Series:
        """Scores before, of the members' own population."""
        return self.own(self.survey)

    def own(self, scores: pd.Series) -> pd.Series:
        """The part of some scores that belongs to the members' population: children of another one regress to another
        mean."""
        return scores[~scores.index.isin(self.others)] if self.params.comparison_group in OTHER_POPULATION else scores

    @cached_property
    def later(self) -> pd.Series:
        """Scores of the outcome after, of everybody who has one."""
        return self.study.score(self.post, self.outcome)

    def chosen(self, scores: pd.Series) -> pd.Series:
        """The members' part of some scores."""
        return scores[scores.index.isin(self.members)]

    def untreated(self, scores: pd.Series) -> pd.Series:
        """The other children's part of some scores."""
        return scores[scores.index.isin(self.others)]

    @cached_property
    def treated(self) -> pd.Series:
        """True for members, False for others, of everybody in either."""
        both = self.members.append(self.others)
        return pd.Series(both.isin(self.members), index=both, name="treated")

    @cached_property
    def few_lost(self) -> pd.Index:
        """Children with a first score and no later one, where so few of a group may not be told from its others.

        A mean of all and a mean of all but these would tell what they scored: no description holds them.
        """
        return self.few_lost_between(self.survey, self.later)

    def few_lost_between(self, first: pd.Series, later: pd.Series) -> pd.Index:
        """The same of any two scores; nobody of a group that was not measured again."""
        smallest = smallest_shown(self.study.site, self.params)
        few = first.index[:0]
        for group in (self.members, self.others):
            own = first.index[first.index.isin(group)]
            lost = own.difference(later.index)
            if len(lost) < min(smallest, len(own)):
                few = few.append(lost)
        return few

    def described(self, scores: pd.Series) -> pd.Series:
        """Scores for descriptions: without the few children who were lost."""
        return scores[~scores.index.isin(self.few_lost)]

    @cached_property
    def groups(self) -> pd.Series:
        """members or others, members first, of everybody described in either."""
        names = self.described(self.treated).map({True: "members", False: "others"})
        return names.astype(pd.CategoricalDtype(["members", "others"]))

    @cached_property
    def arm(self) -> pd.Series:
        """The declared arms, comparison first (several comparison arms count as the first of them)."""
        if self.study.site.arms is None or "arm" not in self.study.participants:
            return pd.Series(index=self.study.participants.index[:0], dtype=pd.CategoricalDtype([]))
        levels = self.study.site.arms.levels
        comparison = [level.value for level in levels if level.role == "comparison"]
        order = [*comparison[:1], *(level.value for level in levels if level.role == "treated")]
        same = dict.fromkeys(comparison[1:], comparison[0] if comparison else None)
        values = self.study.participants["arm"].astype(object).replace(same)
        return values.astype(pd.CategoricalDtype(order)).dropna()

    @cached_property
    def drawn(self) -> pd.Series:
        """The arms of the children among whom the draw was made.

        Where it was made among low scorers and the untreated are everybody else of the survey, only children up to the
        declared score could have been drawn; where none is declared, those up to the highest member's.
        """
        among_all = self.params.comparison_group != "same_survey_not_chosen"
        if among_all or self.params.selection_rule != "random_from_low":
            return self.arm
        standing = self.sign * self.survey
        declared = self.params.eligible_at_most
        highest = self.chosen(standing).max() if declared is None else self.sign * declared
        low = self.survey.index[standing <= highest + SAME_RANKING]
        return self.arm[self.arm.index.isin(low)]

    @property
    def drawn_from_outside(self) -> bool:
        """Are there members who, by the declared score, could not have been drawn?"""
        return not self.members.intersection(self.survey.index).isin(self.drawn.index).all()

    @cached_property
    def before(self) -> pd.DataFrame:
        """Children x what is known as a number before the programme: every scale of the first wave, and covariates."""
        measured = self.study.scores[self.study.scores["wave"] == self.baseline]
        scales = [scale for scale in scale_names(self.study) if scale in set(measured["scale"])]
        columns = {}
        for scale in scales:
            first = self.study.score(self.baseline, scale)
            later = self.study.score(self.post, scale) if scale in self.scales else first
            columns[scale] = first.drop(self.few_lost_between(first, later))
        numbers = [covariate.name for covariate in self.study.site.covariates if covariate.kind == "number"]
        return pd.DataFrame(columns, index=self.study.participants.index).join(self.study.participants[numbers])

    def described_of(self, group: Literal["members", "others"]) -> pd.Index:
        """The children of a group who are described."""
        children = self.members if group == "members" else self.others
        return children[~children.isin(self.few_lost)]

    def characteristics(self, children: pd.Index) -> pd.DataFrame:
        """Categorical covariates of some children, as far as they are described."""
        names = [covariate.name for covariate in self.study.site.covariates if covariate.kind != "number"]
        return self.study.participants.loc[children[~children.isin(self.few_lost)], names]

    @cached_property
    def occasions(self) -> tuple[str, ...]:
        """The waves this report speaks of, in time order."""
        used = {self.baseline, self.second_baseline, self.post, self.followup}
        return tuple(wave.id for wave in self.study.site.waves if wave.id in used)

    @cached_property
    def courses(self) -> pd.DataFrame:
        """The primary outcome at every occasion, one row a child and wave, of everybody described."""
        scores = {wave: self.described(self.study.score(wave, self.outcome)) for wave in self.occasions}
        long: pd.DataFrame = pd.concat(scores, names=["wave", "participant_id"]).rename("score").reset_index()
        return long.loc[long["participant_id"].isin(self.groups.index)]

    @cached_property
    def course_groups(self) -> pd.Series:
        """What each course is of: the untreated, as reference, and the members; members alone where nobody untreated
        was measured again."""
        compared = any(len(self.measured_at(wave)[1]) >= FEWEST_UNTREATED for wave in self.occasions[1:])
        names = self.groups if compared else self.groups[self.groups == "members"]
        return names.cat.set_categories(["others", "members"] if compared else ["members"])

    def at(self, wave: str) -> pd.DataFrame:
        """The primary outcome at one wave, as a frame of one column."""
        return self.study.score(wave, self.outcome).to_frame()

    @property
    def compared(self) -> pd.Series:
        """What each child is compared as: its arm where several were drawn, else members or others."""
        return self.described(self.arm) if len(self.arm.cat.categories) > 2 else self.groups

    @cached_property
    def both_waves(self) -> tuple[pd.Index, pd.Index]:
        """Members and others with a score before and after."""
        return self.measured_at(self.post)

    def measured_at(self, wave: str) -> tuple[pd.Index, pd.Index]:
        """Members and others with a first score and one at a later wave."""
        measured = self.survey.index.intersection(self.study.score(wave, self.outcome).index)
        return measured[measured.isin(self.members)], measured[measured.isin(self.others)]

    @property
    def measured_groups(self) -> list[pd.Index]:
        """Every group that the report speaks of at a wave after the first."""
        return [group for wave in self.occasions if wave != self.baseline for group in self.measured_at(wave)]

    @cached_property
    def design(self) -> MainAnalysis:
        """The main analysis that selection and comparison allow."""
        again = self.study.score(self.second_baseline, self.outcome).index if self.second_baseline else self.members[:0]
        members_again = self.chosen(self.later).index.isin(again).sum()
        return main_analysis(
            self.params.selection_rule,
            self.params.comparison_group,
            untreated_measured_twice=len(self.both_waves[1]) >= FEWEST_UNTREATED,
            second_baseline=bool(members_again >= FEWEST_MEMBERS) and self.same_test,
            untreated_surveyed=len(self.untreated(self.survey)) > 0,
        )

    @cached_property
    def clusters(self) -> pd.Series | None:
        """The small group or class of each child; None where the parameters name no such variable."""
        cluster = self.params.cluster
        return None if cluster is None else self.study.participants[cluster].dropna()

    @property
    def n_groups(self) -> int:
        """In how many groups the members were; one where nothing says otherwise."""
        return 1 if self.clusters is None else max(1, self.chosen(self.clusters).nunique())

    @property
    def chosen_low(self) -> bool:
        """Were members chosen in a way that makes regression to the mean an issue at all? Where the parameters say
        that nobody was chosen and the records that some were, nobody knows how."""
        stated = self.params.selection_rule != "not_selected"
        return self.same_test and (stated or self.design.reason == "not_selected_but_some_not_chosen")

    @property
    def chosen_by_score(self) -> bool:
        """Is it stated that the recorded low score itself brought members in?"""
        return self.chosen_low and self.params.selection_rule in ("lowest_on_pretest", "random_from_low")

    @property
    def strictly_lowest(self) -> bool:
        """Is the group, as recorded, exactly the lowest of everybody surveyed (the highest where less is better)?"""
        pre = self.sign * self.own_survey
        inside, outside = self.chosen(pre), pre[~pre.index.isin(self.members)]
        return len(inside) > 0 and len(outside) > 0 and bool(inside.max() <= outside.min() + SAME_RANKING)

    @cached_property
    def retest_grid(self) -> tuple[float, ...]:
        """Retest correlations from the lowest to the highest declared, both included."""
        lowest, highest = self.params.retest_lowest, self.params.retest_highest
        steps = round((highest - lowest) / RANGE_STEP - SAME_RANKING)
        inner = (round(lowest + step * RANGE_STEP, 10) for step in range(steps + 1))
        return tuple(sorted({lowest, *(r for r in inner if r < highest), highest}))
