"""Bottom shares: identification, intervals, change, targets, awards, luck, help and duties."""

import itertools
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from efficacy import registers as rg
from efficacy.streams import stream

# epiR 2.0.57 (R 4.2.2): epi.conf(matrix(c(both, second only, first only, neither), 1), ctype = "prop.paired")
EPIR_PAIRED = {
    (14, 0, 5, 22): (0.121951219512, 0.011483241383, 0.226492684351),
    (36, 2, 12, 9): (0.169491525424, 0.0466095241773, 0.288257947134),
    (1, 8, 7, 1): (-0.0588235294118, -0.451257251846, 0.353974505676),
}


def marks(*rows):
    columns = ["participant_id", "term", "grade", "class", "subject", "score"]
    return pd.DataFrame(rows, columns=columns)


MARKS = marks(
    ("p1", "t1", "g7", "c1", "maths", 40.0),
    ("p1", "t1", "g7", "c1", "chinese", 80.0),
    ("p2", "t1", "g7", "c1", "maths", 50.0),
    ("p2", "t1", "g7", "c1", "chinese", 40.0),
    ("p3", "t1", "g7", "c2", "maths", 90.0),
    ("p3", "t1", "g7", "c2", "chinese", 70.0),
    ("p4", "t1", "g7", "c2", "maths", np.nan),
    ("p4", "t1", "g7", "c2", "chinese", 30.0),
)
CUTS = pd.DataFrame({"term": "t1", "grade": "g7", "subject": ["maths", "chinese", "total"], "cut": [50.0, 45.0, 100.0]})
SUBJECTS = ["maths", "chinese"]


class TestProportions:
    @pytest.mark.parametrize(("counts", "expected"), EPIR_PAIRED.items())
    def test_paired_as_epir(self, counts, expected):
        assert rg.newcombe_paired(*counts) == pytest.approx(expected, abs=1e-10)

    def test_single_and_unpaired_as_epir(self):
        # epi.conf(matrix(c(20, 50), 1), "prop.single", method = "wilson"); epi.conf(matrix(c(9, 51, 15, 40), 1), ...)
        assert rg.wilson(20, 70) == pytest.approx((20 / 70, 0.1932222, 0.400502), abs=1e-6)
        z = stats.norm.ppf(0.975)
        for count, n in ((0, 12), (3, 12), (12, 12)):
            low, high = rg.wilson(count, n)[1:]
            for end in (low, high):  # the ends solve the score equation
                assert (count / n - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, abs=1e-12)
        estimate, low, high = rg.newcombe_unpaired(15, 55, 9, 60)
        p1, l1, u1 = rg.wilson(15, 55)
        p2, l2, u2 = rg.wilson(9, 60)
        assert estimate == pytest.approx(9 / 60 - 15 / 55)
        assert low == pytest.approx(estimate - math.hypot(p2 - l2, u1 - p1))
        assert high == pytest.approx(estimate + math.hypot(u2 - p2, p1 - l1))

    @settings(max_examples=40)
    @given(st.tuples(*[st.integers(0, 30)] * 4))
    def test_swapping_the_occasions_turns_the_sign(self, counts):
        both, first, second, neither = counts
        there, back = rg.newcombe_paired(*counts), rg.newcombe_paired(both, second, first, neither)
        if sum(counts) == 0:
            assert all(math.isnan(value) for value in there)
            return
        assert back == pytest.approx((-there.estimate, -there.conf_high, -there.conf_low), abs=1e-12)
        assert -1 - 1e-12 <= there.conf_low <= there.estimate <= there.conf_high <= 1 + 1e-12

    def test_wrong_counts_are_refused(self):
        with pytest.raises(ValueError, match="count=3"):
            rg.wilson(3, 2)
        with pytest.raises(ValueError, match="none negative"):
            rg.newcombe_paired(-1, 0, 0, 3)


class TestIdentification:
    def test_the_tie_rule_decides_about_a_mark_on_the_cut(self):
        below = rg.identify_bottom(MARKS, CUTS, tie_rule="below").set_index(["participant_id", "subject"])["bottom"]
        at = rg.identify_bottom(MARKS, CUTS, tie_rule="at_or_below").set_index(["participant_id", "subject"])["bottom"]
        assert not below["p2", "maths"]
        assert at["p2", "maths"]
        assert (below != at).sum() == 1
        assert pd.isna(below["p4", "maths"])

    def test_totals_need_every_subject(self):
        totals = (
            rg.with_totals(MARKS, subjects=SUBJECTS).query("subject == 'total'").set_index("participant_id")["score"]
        )
        assert totals.drop("p4").to_dict() == {"p1": 120.0, "p2": 90.0, "p3": 160.0}
        assert math.isnan(totals["p4"])

    def test_overrides_change_the_list_and_not_the_measure(self):
        decisions = pd.DataFrame(
            {"participant_id": ["p1"], "term": ["t1"], "subject": ["maths"], "identified": [False]}
        )
        held = rg.identify_bottom(MARKS, CUTS, tie_rule="below", overrides=decisions)
        row = held.set_index(["participant_id", "subject"]).loc[("p1", "maths")]
        assert (row["bottom"], row["identified"], row["overridden"]) == (True, False, True)
        assert held["overridden"].sum() == 1
        with pytest.raises(ValueError, match="without a mark"):
            rg.identify_bottom(MARKS, CUTS, tie_rule="below", overrides=decisions.assign(subject="art"))

    def test_subject_by_total(self):
        held = rg.identify_bottom(rg.with_totals(MARKS, subjects=SUBJECTS), CUTS, tie_rule="below")
        counts = rg.subject_by_total(held, subjects=SUBJECTS).set_index("combination")["n"].to_dict()
        assert counts == {"both": 1, "subject_only": 1, "total_only": 0, "neither": 1, "not_decided": 1}

    def test_repeats_are_refused(self):
        with pytest.raises(ValueError, match="repeated"):
            rg.identify_bottom(pd.concat([MARKS, MARKS]), CUTS, tie_rule="below")
        with pytest.raises(ValueError, match="tie_rule"):
            rg.identify_bottom(MARKS, CUTS, tie_rule="under")


class TestShares:
    def test_counts_are_taken_after_absence(self):
        held = rg.identify_bottom(MARKS, CUTS, tie_rule="at_or_below")
        result = rg.bottom_shares(held)
        row = result.tidy().set_index("subject").loc["maths"]
        assert (row["n"], row["n_bottom"], row["n_absent"]) == (3, 2, 1)
        assert (row["share"], row["conf_low"], row["conf_high"]) == rg.wilson(2, 3)
        assert (result.n_used, result.n_dropped) == (7, 1)

    def test_change_keeps_stayers_leavers_and_joiners_apart(self):
        earlier = pd.Series([True, True, False, True, pd.NA, pd.NA], index=list("abcdxz"), dtype="boolean")
        later = pd.Series([False, True, True, False, True, pd.NA], index=list("abcxyz"), dtype="boolean")
        change = rg.share_change(earlier, later)
        assert (change.n_stayed_bottom, change.n_left, change.n_entered, change.n_neither) == (1, 1, 1, 0)
        assert (change.estimate, change.conf_low, change.conf_high) == rg.newcombe_paired(1, 1, 1, 0)
        assert change.std_error == pytest.approx(math.sqrt(2) / 3)
        whole = (change.whole_estimate, change.whole_conf_low, change.whole_conf_high)
        assert whole == rg.newcombe_unpaired(3, 4, 3, 5)
        groups = change.groups.set_index("level")
        assert groups["n"].to_dict() == {"stayers": 3, "leavers": 1, "joiners": 1, "absent": 1}, "z never had a mark"
        assert groups.loc["leavers", "n_bottom_earlier"] == 1
        assert groups.loc["joiners", "n_bottom_later"] == 1
        assert list(change.tidy()["n"]) == [3, 6]

    def test_without_stayers_there_is_a_reason(self):
        one = pd.Series([True], index=["a"], dtype="boolean")
        change = rg.share_change(one, one.rename({"a": "b"}))
        assert change.status == "not_computable"
        assert math.isnan(change.estimate)
        assert [reason.key for reason in change.reasons] == ["too_few_rows"]

    def test_funnel_limits_hold_what_chance_allows(self):
        table = rg.funnel(pd.DataFrame({"n": [20, 20, 0], "share": [0.35, 0.9, math.nan]}), centre=0.35)
        assert list(table["outside"]) == [False, True, False]
        low, high = (round(20 * table.loc[0, f"limit_{side}"]) for side in ("low", "high"))
        inside = stats.binom.cdf(high, 20, 0.35) - stats.binom.cdf(low - 1, 20, 0.35)
        assert inside >= 0.95 > inside - stats.binom.pmf(low, 20, 0.35) - stats.binom.pmf(high, 20, 0.35)


class TestClaims:
    @pytest.mark.parametrize(
        ("limits", "direction"),
        [((-0.2, -0.01), "fell"), ((-0.2, 0.0), "open"), ((0.0, 0.2), "open"), ((0.01, 0.2), "rose")],
    )
    def test_a_direction_is_claimed_only_where_the_interval_excludes_nought(self, limits, direction):
        change = rg.share_change(pd.Series([True, False]), pd.Series([False, False]))
        assert rg.direction_of_change(replace(change, conf_low=limits[0], conf_high=limits[1])) == direction

    def test_nothing_is_claimed_of_nobody(self):
        nobody = pd.Series(dtype="boolean")
        assert rg.direction_of_change(rg.share_change(nobody, nobody)) == "open"

    def test_a_clear_fall_is_claimed(self):
        before = pd.Series([True] * 20 + [False] * 20)
        after = pd.Series([True] * 8 + [False] * 32)
        assert rg.direction_of_change(rg.share_change(before, after)) == "fell"
        assert rg.direction_of_change(rg.share_change(after, before)) == "rose"

    def test_schools_without_change_seldom_seem_to_improve(self):
        """A sentinel: 1,000 schools, nobody's standing changes, claims of a fall not above their nominal 2.5 %."""
        nobody = rg.share_change(pd.Series(dtype="boolean"), pd.Series(dtype="boolean"))
        claims = []
        for number in range(1000):
            rng = stream(number, "school without change")
            r, share = (0.8, 0.85, 0.9)[number % 3], (0.2, 0.35, 0.5)[number // 3 % 3]
            standing = rng.normal(size=60)
            again = r * standing + math.sqrt(1 - r**2) * rng.normal(size=60)
            before, after = standing < stats.norm.ppf(share), again < stats.norm.ppf(share)
            counts = (before & after, before & ~after, ~before & after, ~before & ~after)
            _, low, high = rg.newcombe_paired(*(int(count.sum()) for count in counts))
            claims.append(rg.direction_of_change(replace(nobody, conf_low=low, conf_high=high)))
        for claim in ("fell", "rose"):
            test = stats.binomtest(claims.count(claim), len(claims), 0.025, alternative="greater")
            assert test.pvalue > 0.01, (claim, claims.count(claim))
        assert claims.count("fell") > 5, "the sentinel sees claims at all"


class TestChangesByGroup:
    def test_each_group_by_itself(self):
        earlier = pd.DataFrame({"participant_id": list("abcdef"), "bottom": [True, True, False, True, False, True]})
        later = pd.DataFrame(
            {
                "participant_id": list("abcdeg"),
                "class": ["c1", "c1", "c1", "c2", "c2", "c2"],
                "bottom": [False, True, False, True, True, True],
            }
        ).astype({"bottom": "boolean"})
        table = rg.changes_by_group(earlier, later, by="class", retest_r=0.8).set_index("class")
        first = table.loc["c1"]
        assert first[["n", "n_earlier", "n_later", "count_reduction"]].to_list() == [3, 2, 1, 1]
        expected = rg.newcombe_paired(1, 1, 0, 1)
        assert (-first["share_fall"], first["conf_low"], first["conf_high"]) == pytest.approx(expected)
        luck = rg.chance_of_fall(3, share=0.5, fall=1 / 3, retest_r=[0.8]).tidy()["estimate"][0]
        assert first["chance"] == pytest.approx(luck)
        assert first["luck_band"] == rg.luck_band(3, share=0.5, retest_r=0.8)
        assert table.loc["c2", ["n", "count_reduction"]].to_list() == [2, -1]  # g was not there before
        assert math.isnan(table.loc["c2", "chance"])


class TestLuck:
    def test_equals_full_enumeration(self):
        result = rg.chance_of_fall(6, share=0.35, fall=0.3, retest_r=[0.8]).tidy().iloc[0]
        q = result["p_leave"]
        chance = 0.0
        for moves in itertools.product((-1, 0, 1), repeat=6):
            if sum(moves) >= 0.3 * 6 - 1e-9:
                chance += math.prod(q if move else 1 - 2 * q for move in moves)
        assert result["estimate"] == pytest.approx(chance, abs=1e-12)

    def test_probability_of_leaving_as_drawn(self):
        rng = np.random.default_rng(7)
        first, noise = rng.normal(size=(2, 400_000))
        second = 0.7 * first + math.sqrt(1 - 0.49) * noise
        cut = stats.norm.ppf(0.35)
        drawn = np.mean((first < cut) & (second >= cut))
        asked = rg.chance_of_fall(10, share=0.35, fall=0.1, retest_r=[0.7]).tidy()["p_leave"][0]
        assert asked == pytest.approx(drawn, abs=4 * math.sqrt(drawn / 400_000))

    def test_a_larger_fall_and_a_larger_school_are_rarer_by_luck(self):
        chance = {
            (n, fall): rg.chance_of_fall(n, share=0.35, fall=fall, retest_r=[0.9]).tidy()["estimate"][0]
            for n in (23, 55)
            for fall in (0.03, 0.06)
        }
        assert chance[55, 0.03] > chance[55, 0.06]
        assert chance[23, 0.06] > chance[55, 0.06]
        assert 0.25 < chance[55, 0.03] < 0.32  # what a grade of 55 shows in a semester without change
        assert 0.36 < chance[23, 0.03] < 0.41

    @pytest.mark.parametrize(("n", "conf_level"), [(18, 0.95), (55, 0.95), (55, 0.8)])
    def test_a_change_within_the_luck_band_is_what_chance_does(self, n, conf_level):
        band = rg.luck_band(n, share=0.35, retest_r=0.9, conf_level=conf_level)

        def beyond(pupils):
            return 2 * rg.chance_of_fall(n, share=0.35, fall=(pupils + 1) / n, retest_r=[0.9]).tidy()["estimate"][0]

        assert beyond(band) <= 1 - conf_level < beyond(band - 1)

    def test_nobody_has_no_luck_band(self):
        assert math.isnan(rg.luck_band(0, share=0.3, retest_r=0.8))
        assert math.isnan(rg.luck_band(9, share=0.0, retest_r=0.8))
        with pytest.raises(ValueError, match="retest_r"):
            rg.luck_band(9, share=0.3, retest_r=1.0)

    def test_nobody_and_certainty_have_reasons(self):
        assert rg.chance_of_fall(0, share=0.3, fall=0.03, retest_r=[0.8]).reasons[0].key == "too_few_rows"
        assert rg.chance_of_fall(9, share=1.0, fall=0.03, retest_r=[0.8]).reasons[0].key == "zero_variance"
        with pytest.raises(ValueError, match="retest_r"):
            rg.chance_of_fall(9, share=0.3, fall=0.03, retest_r=[1.0])


class TestStanding:
    def test_transitions_count_everybody_once(self):
        earlier = pd.Series([True, False, pd.NA, True], index=list("abcd"), dtype="boolean")
        later = pd.Series([False, False, True, True], index=list("abce"), dtype="boolean")
        table = rg.transition_matrix(earlier, later)
        assert table.to_numpy().sum() == 5
        assert table.loc["bottom", "not_bottom"] == 1
        assert table.loc["absent", "bottom"] == 1
        assert table.loc["bottom", "not_enrolled"] == 1
        assert table.loc["not_enrolled", "bottom"] == 1

    def test_without_a_programme_the_identified_rise_as_expected(self):
        rng = np.random.default_rng(3)
        children = pd.Index([f"p{number}" for number in range(20_000)])
        earlier = pd.Series(rng.normal(size=len(children)), index=children)
        later = 0.8 * earlier + 0.6 * rng.normal(size=len(children))
        low, low_later = earlier < -0.84, (later < -0.84).astype("boolean")
        result = rg.identified_standing(earlier, later, identified=low, bottom_later=low_later)
        assert result.retest_r == pytest.approx(0.8, abs=0.01)
        assert result.rise == pytest.approx(result.expected_rise, abs=4 * result.std_error)
        assert result.share_left == pytest.approx(result.expected_left, abs=0.03)
        assert result.conf_low < result.rise < result.conf_high
        assert result.rise == pytest.approx(result.mean_later - result.mean_earlier)
        paired = stats.ttest_rel(later[low], earlier[low])
        assert result.rise / result.std_error == pytest.approx(paired.statistic)
        assert (result.n_used, result.n_dropped, result.n_all) == (int(low.sum()), 0, len(children))

    def test_two_pupils_are_too_few(self):
        marks_ = pd.Series([-1.0, -2.0, 0.5], index=list("abc"))
        chosen = pd.Series([True, True, False], index=list("abc"))
        result = rg.identified_standing(marks_, marks_ + 1, identified=chosen, bottom_later=chosen.astype("boolean"))
        assert result.reasons[0].key == "too_few_rows"
        assert math.isnan(result.rise)


class TestTargets:
    TERMS = ("t1", "t2", "t3", "t4")
    SHARES = pd.DataFrame(
        [
            ("t1", "g8", "total", 0.40),
            ("t2", "g8", "total", 0.34),
            ("t3", "g8", "total", 0.32),
            ("t4", "g8", "total", 0.33),
            ("t2", "g9", "maths", 0.19),
            ("t3", "g9", "maths", 0.21),
        ],
        columns=["term", "grade", "subject", "share"],
    )
    RANKS = pd.DataFrame({"term": ["t2", "t3"], "grade": "g9", "subject": "maths", "rank": [8, 7]})
    TARGETS = (
        rg.StandingTarget(terms=("t1", "t2", "t3"), grades=("g9",), rank=8, share=0.2, subjects=("maths",)),
        rg.FallTarget(terms=("t1", "t2"), fall=0.06, unit="points"),
        rg.FallTarget(terms=("t3",), fall=0.03, unit="points"),
        rg.NoTarget(terms=("t4",)),
    )

    def verdicts(self, targets=TARGETS, shares=SHARES):
        pupils = [(f"{grade}{i}", t, grade) for grade in ("g8", "g9") for t in self.TERMS for i in range(3)]
        marks_ = pd.DataFrame(pupils, columns=["participant_id", "term", "grade"])
        table = rg.judge_targets(rg.with_earlier(shares, marks_, terms=self.TERMS), targets=targets, ranks=self.RANKS)
        return {(row.term, row.grade): row.verdict for row in table.itertuples()}

    def test_every_semester_by_the_rule_then_in_force(self):
        assert self.verdicts() == {
            ("t1", "g8"): "not_decidable",
            ("t2", "g8"): "met",  # six points, exactly
            ("t3", "g8"): "not_met",
            ("t4", "g8"): "no_target",
            ("t2", "g9"): "met",
            ("t3", "g9"): "not_met",  # the rank is kept, the share is above 20 %
        }

    def test_points_and_relative_differ(self):
        relative = (rg.FallTarget(terms=("t2", "t3"), fall=0.06, unit="relative"),)
        assert self.verdicts(relative)["t3", "g8"] == "not_met"  # 6 % of .34 are 2.04 points
        assert self.verdicts(relative, self.SHARES.replace(0.32, 0.319))["t3", "g8"] == "met"

    def test_a_semester_without_a_rule_is_not_judged(self):
        assert set(self.verdicts(()).values()) == {"not_decidable"}

    def test_a_grade_is_held_against_the_same_pupils_a_grade_lower(self):
        marks_ = pd.DataFrame(
            [
                ("a", "t1", "g7"),
                ("b", "t1", "g7"),
                ("c", "t1", "g8"),
                ("d", "t1", "g8"),
                ("a", "t2", "g8"),
                ("b", "t2", "g8"),
                ("e", "t2", "g7"),
                ("f", "t2", "g7"),
                ("c", "t2", "g7"),
            ],
            columns=["participant_id", "term", "grade"],
        )
        shares = pd.DataFrame(
            [("t1", "g7", 0.4), ("t1", "g8", 0.5), ("t2", "g8", 0.3), ("t2", "g7", 0.2)],
            columns=["term", "grade", "share"],
        ).assign(subject="total")
        table = rg.with_earlier(shares, marks_, terms=["t1", "t2"]).set_index(["term", "grade"])
        assert table.loc[("t2", "g8"), ["earlier_grade", "earlier"]].to_list() == ["g7", 0.4]
        assert math.isnan(table.loc[("t2", "g7"), "earlier"])  # a new cohort: its first term is its baseline
        assert math.isnan(table.loc[("t1", "g8"), "earlier"])


class TestAwards:
    RESULTS = pd.DataFrame(
        {
            "unit": ["c1", "c2", "c3"],
            "count_reduction": [3, 1, 0],
            "share_fall": [0.12, 0.04, 0.0],
            "rank_rise": [0, 2, math.nan],
            "conf_low": [-0.25, -0.1, -0.1],
            "conf_high": [-0.01, 0.02, 0.1],
            "chance": [0.02, 0.3, 0.6],
        }
    )

    def test_the_highest_tier_reached_counts_once(self):
        rules = (
            rg.AwardRule(name="small", criterion="share_fall", at_least=0.04, amount=100, only_if_rank_kept=True),
            rg.AwardRule(name="large", criterion="share_fall", at_least=0.10, amount=300, only_if_rank_kept=True),
            rg.AwardRule(name="rank", criterion="rank_rise", at_least=2, amount=200),
        )
        audit = rg.award_audit(self.RESULTS, rules=rules).set_index("unit")
        assert audit["rule"].to_dict() == {"c1": "large", "c2": "rank", "c3": ""}
        assert audit["amount"].to_dict() == {"c1": 300.0, "c2": 200.0, "c3": 0.0}
        assert audit["value"][:2].to_list() == [0.12, 2.0]
        assert audit["within_luck"].to_dict() == {"c1": False, "c2": True, "c3": True}
        assert audit["chance"].to_list() == [0.02, 0.3, 0.6]
        with pytest.raises(ValueError, match="criterion"):
            rg.award_audit(self.RESULTS.drop(columns="rank_rise"), rules=rules)


class TestHelp:
    def test_records_are_matched_in_number(self):
        day = date(2015, 3, 2)
        teacher = pd.DataFrame({"participant_id": ["a", "a", "b"], "subject": ["m", "m", "e"], "day": day})
        pupil = pd.DataFrame({"participant_id": ["a", "c"], "subject": ["m", "e"], "day": day})
        result = rg.reconcile_help(teacher, pupil)
        assert (result.n_both, result.n_teacher_only, result.n_pupil_only) == (1, 2, 1)
        assert (result.share, result.conf_low, result.conf_high) == rg.wilson(1, 4)
        assert result.tidy().set_index("subject").loc["m"].to_dict() == pytest.approx(
            {"n_both": 1, "n_teacher_only": 1, "n_pupil_only": 0, "n": 2, "share": 0.5}
        )
        back = rg.reconcile_help(pupil, teacher)
        assert (back.n_both, back.n_teacher_only, back.n_pupil_only) == (1, 1, 2)
        assert rg.reconcile_help(teacher[:0], pupil[:0]).status == "not_computable"

    def test_balance(self):
        log = pd.DataFrame(
            {
                "participant_id": ["a", "a", "b", "b"],
                "subject": ["m", "e", "m", "m"],
                "minutes": [30, 10, 20, 20],
                "in_class": [True, False, False, False],
            }
        )
        table = rg.help_balance(log)
        assert table.loc["a"].to_dict() == pytest.approx(
            {"minutes": 40, "minutes_outside": 10, "share_outside": 0.25, "n_subjects": 2, "concentration": 0.625}
        )
        assert table.loc["b", "concentration"] == 1
        assert table.loc["b", "share_outside"] == 1


class TestDuties:
    def test_states_on_a_day(self):
        duties = pd.DataFrame(
            {
                "duty": ["daily", "daily", "weekly", "weekly", "monthly"],
                "due": [date(2015, 3, day) for day in (2, 3, 6, 10, 31)],
                "done": [date(2015, 3, 2), date(2015, 3, 5), None, date(2015, 3, 20), None],
            }
        )
        states = rg.duty_states(duties, as_of=date(2015, 3, 15))
        assert list(states["state"]) == ["in_time", "late", "open", "open", "not_yet_due"]
        assert list(states["days_late"][:4]) == [0, 2, 9, 5]
        counts = rg.duty_counts(states, by="duty").set_index("duty")
        assert counts.loc["daily", ["in_time", "late", "n_due"]].to_list() == [1, 1, 2]
        assert counts.loc["daily", "share"] == 0.5
        assert math.isnan(counts.loc["monthly", "share"])
        assert counts[["in_time", "late", "open", "not_yet_due"]].to_numpy().sum() == len(duties)
