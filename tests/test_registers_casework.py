"""Casework, early warning, rolls, plans, pairings and outcomes."""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from efficacy import registers as rg

STAGES = ("survey", "relationship", "plan", "record", "evaluate", "close")


class TestStages:
    def test_missing_stages_are_those_before_the_furthest(self):
        stages = pd.DataFrame(
            [
                ("a", "survey", date(2020, 3, 1)),
                ("a", "plan", date(2020, 3, 20)),
                ("b", "relationship", date(2020, 3, 9)),
                ("b", "survey", date(2020, 3, 15)),
            ],
            columns=["case_id", "stage", "day"],
        )
        record = rg.stage_record(stages, order=STAGES)
        assert record.loc["a"].to_dict() == {
            "n_stages": 2,
            "last": "plan",
            "missing": "relationship",
            "n_missing": 1,
            "out_of_order": False,
            "days": 19,
        }
        assert record.loc["b", "out_of_order"]
        assert record.loc["b", "missing"] == ""
        with pytest.raises(ValueError, match="not among"):
            rg.stage_record(stages.replace("plan", "plans"), order=STAGES)
        with pytest.raises(ValueError, match="repeated"):
            rg.stage_record(pd.concat([stages, stages]), order=STAGES)


class TestGroups:
    @pytest.mark.parametrize(
        ("difficulties", "roles", "fits"),
        [
            (["method", "method"], ["client", "client"], {"growth": True, "paired": False, "mutual_help": False}),
            (["method", "will"], ["client", "client"], {"growth": False, "paired": False, "mutual_help": True}),
            (["method", None], ["client", "volunteer"], {"growth": False, "paired": True, "mutual_help": False}),
            (["method", None], ["client", "client"], {"growth": None, "paired": False, "mutual_help": None}),
        ],
    )
    def test_rosters_against_the_declared_type(self, difficulties, roles, fits):
        found = {
            kind: rg.group_matches_type(pd.Series(difficulties, dtype=object), pd.Series(roles), group_type=kind)
            for kind in fits
        }
        assert found == fits

    def test_other_types_are_refused(self):
        with pytest.raises(ValueError, match="group_type"):
            rg.group_matches_type(pd.Series(["x"]), pd.Series(["client"]), group_type="mixed")


class TestWarnings:
    SIGNS = pd.DataFrame(
        [
            ("a", date(2020, 3, 1), "absent_days", 5),
            ("a", date(2020, 3, 8), "failed_courses", 3),
            ("b", date(2020, 3, 2), "absent_days", 1),
            ("c", date(2020, 4, 1), "failed_courses", 2),
            ("d", date(2020, 3, 4), "absent_days", 6),
        ],
        columns=["participant_id", "day", "sign", "value"],
    )
    RULES = (
        rg.WarningRule(name="absence", sign="absent_days", comparison="at_least", limit=5),
        rg.WarningRule(name="fails", sign="failed_courses", comparison="at_least", limit=2),
    )
    OUTCOMES = pd.Series({"a": date(2020, 3, 31), "b": date(2020, 3, 9), "c": date(2020, 3, 20)})
    WATCHED = pd.Index(list("abcde"))

    def quality(self):
        warnings = rg.raise_warnings(self.SIGNS, rules=self.RULES)
        return rg.warning_quality(warnings, self.OUTCOMES, watched=self.WATCHED, rules=["absence", "fails"])

    def test_a_rule_holds_from_its_limit_on(self):
        warnings = rg.raise_warnings(self.SIGNS, rules=self.RULES)
        assert list(zip(warnings["participant_id"], warnings["rule"], strict=True)) == [
            ("a", "absence"),
            ("d", "absence"),
            ("a", "fails"),
            ("c", "fails"),
        ]
        low = rg.WarningRule(name="low", sign="absent_days", comparison="at_most", limit=1)
        assert list(rg.raise_warnings(self.SIGNS, rules=[low])["participant_id"]) == ["b"]
        with pytest.raises(ValueError, match="absent_day"):
            rg.raise_warnings(self.SIGNS, rules=[rg.WarningRule(name="x", sign="x", comparison="at_most", limit=1)])

    def test_a_warning_after_the_outcome_is_no_warning(self):
        table = self.quality().tidy().set_index("rule")
        assert table.loc["any", ["n_warned", "n_true", "n_false", "n_missed", "n_late"]].to_list() == [2, 1, 1, 2, 1]
        assert table.loc["any", "median_lead"] == 30
        assert table.loc["fails", "median_lead"] == 23
        expected = rg.wilson(1, 3)
        names = ["recall", "recall_conf_low", "recall_conf_high"]
        assert table.loc["absence", names].to_list() == pytest.approx(list(expected))
        assert table.loc["absence", "precision"] == 0.5
        assert table.loc["fails", "precision"] == 1
        assert self.quality().n_outcome == 3

    def test_nobody_watched_and_unknown_children(self):
        warnings = rg.raise_warnings(self.SIGNS, rules=self.RULES)
        empty = rg.warning_quality(warnings, self.OUTCOMES[:0], watched=self.WATCHED[:0], rules=["absence"])
        assert (empty.status, empty.reasons[0].key, empty.n_dropped) == ("not_computable", "too_few_rows", 4)
        with pytest.raises(ValueError, match="outcomes"):
            rg.warning_quality(warnings, pd.Series({"z": date(2020, 1, 1)}), watched=self.WATCHED, rules=[])


class TestRoll:
    START, END = pd.Index(list("abcdefgh")), pd.Index(list("abcdex"))
    WHERE = pd.Series({"f": "transferred", "g": "dropped_out", "a": "transferred"})

    def test_every_leaver_has_a_destination_or_is_unknown(self):
        check = rg.check_roll(self.START, self.END, self.WHERE, formula="start_less_transfers")
        assert check.tidy().set_index("level")["n"].to_dict() == {"transferred": 1, "dropped_out": 1, "unknown": 1}
        assert (check.n_start, check.n_end, check.n_stayed, check.n_left, check.n_joined) == (8, 6, 5, 3, 1)
        assert check.n_recorded_and_there == 1
        assert (check.retention, check.conf_low, check.conf_high) == rg.wilson(5, 7)

    def test_formulas_differ(self):
        found = {
            formula: rg.check_roll(self.START, self.END, self.WHERE, formula=formula).retention
            for formula in ("start_only", "start_less_transfers", "start_and_joined")
        }
        assert found == pytest.approx({"start_only": 5 / 8, "start_less_transfers": 5 / 7, "start_and_joined": 6 / 9})
        with pytest.raises(ValueError, match="formula"):
            rg.check_roll(self.START, self.END, self.WHERE, formula="all")

    @settings(max_examples=30)
    @given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
    def test_nobody_is_counted_twice(self, start, end):
        nobody = pd.Series([], index=pd.Index([], dtype=object), dtype=object)
        check = rg.check_roll(pd.Index(sorted(start)), pd.Index(sorted(end)), nobody, formula="start_only")
        assert check.n_stayed + check.n_left == check.n_start
        assert check.n_stayed + check.n_joined == check.n_end
        assert check.destinations["n"].sum() == check.n_left
        assert (check.status == "ok") == bool(start)

    def test_time_from_sign_to_visit(self):
        signs = pd.Series({"a": date(2020, 3, 1), "b": date(2020, 3, 1), "c": date(2020, 3, 1)})
        visits = pd.DataFrame(
            {
                "participant_id": ["a", "a", "b", "c"],
                "day": [date(2020, 3, 4), date(2020, 3, 9), date(2020, 3, 20), date(2020, 2, 1)],
            }
        )
        times = rg.time_to_visit(signs, visits, within_days=7)
        assert times["state"].to_dict() == {"a": "in_time", "b": "late", "c": "not_visited"}
        assert times["days"].to_list()[:2] == [3, 19]
        assert rg.median_days(times) == 19
        assert math.isnan(rg.median_days(times.loc[["c"]]))


class TestPlansAndPairs:
    def test_the_latest_version_is_judged(self):
        measures = pd.DataFrame(
            [
                ("a", 1, "aid", True, False),
                ("a", 2, "aid", True, True),
                ("a", 2, "talks", True, False),
                ("a", 2, "club", False, True),
                ("b", 1, "aid", False, True),
            ],
            columns=["participant_id", "version", "measure", "planned", "done"],
        )
        table = rg.plan_adherence(measures)
        assert table.loc["a"].to_dict() == pytest.approx(
            {"n_versions": 2, "n_planned": 2, "n_done": 1, "n_unplanned": 1, "share": 0.5}
        )
        assert math.isnan(table.loc["b", "share"])

    def test_one_pairs_zeal_never_makes_up_for_another(self):
        pairs = pd.DataFrame({"pair_id": ["x", "y", "z"], "kind": ["leader", "leader", "clinic"], "planned": [2, 2, 1]})
        contacts = pd.DataFrame({"pair_id": ["x"] * 5 + ["z"], "day": date(2020, 1, 1)})
        table = rg.contacts_kept(pairs, contacts).set_index("kind")
        assert table.loc["leader", ["planned", "done", "n_kept", "n_none"]].to_list() == [4, 5, 1, 1]
        assert table.loc["leader", ["share", "conf_low", "conf_high"]].to_list() == pytest.approx(list(rg.wilson(1, 2)))
        with pytest.raises(ValueError, match="pair_id"):
            rg.contacts_kept(pairs, contacts.replace("z", "w"))

    def test_no_denominator_no_share(self):
        outcomes = pd.DataFrame({"outcome": ["honours", "prize"], "count": [14, 1], "n": [20, None]})
        table = rg.outcomes_with_denominators(outcomes).set_index("outcome")
        assert table.loc["honours", ["share", "conf_low", "conf_high"]].to_list() == pytest.approx(
            list(rg.wilson(14, 20))
        )
        assert math.isnan(table.loc["prize", "share"])
        assert table["has_denominator"].to_list() == [True, False]
        with pytest.raises(ValueError, match="count"):
            rg.outcomes_with_denominators(outcomes.assign(n=[3, None]))
