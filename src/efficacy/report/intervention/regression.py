"""Regression to the mean for these members: what to expect, and how often a paired t-test would raise a false alarm."""

from __future__ import annotations

from ..blocks import Cell, Column, Row, Sentence, Table
from ..labels import wave_label
from ..numbers import Number
from ..shared import absent
from ..wording import Words, reasons_of, say
from .evaluation import Evaluation
from .words import per_hundred, points, retest, share, waves


def expected_blocks(evaluation: Evaluation) -> tuple[Table | Sentence, ...]:
    """What to expect in words and by retest reliability; one sentence where selection brings nothing about."""
    expected = evaluation.expected
    if expected is None:
        return (Sentence(id="intervention.expected", parts=[say("intervention.expected_none")], tone="caution"),)
    if expected.status == "not_computable":
        return (Sentence(id="intervention.expected", parts=reasons_of(expected), tone="caution"),)
    return expected_sentence(evaluation), expected_table(evaluation), baseline_again_sentence(evaluation)


def expected_table(evaluation: Evaluation) -> Table:
    """Change to expect without a programme and false alarms of the paired t-test, by retest reliability."""
    expected, alarms = evaluation.expected, evaluation.alarms
    assert expected is not None and alarms is not None
    both = expected.tidy().merge(alarms.tidy().add_suffix("_alarm"), left_on="retest_r", right_on="retest_r_alarm")
    rows = []
    for _, row in both.iterrows():
        cells: list[Cell] = [
            retest(row["retest_r"]),
            points(row["estimate"], n=expected.n),
            Number(value=row["standardized"], role="effect"),
            Number(value=row["estimate_alarm"], role="percent", tolerance="resampled", seed="false_alarm_rate"),
            Number(value=row["upward_alarm"], role="percent", tolerance="resampled", seed="false_alarm_rate"),
        ]
        rows.append(Row(cells=cells, n=expected.n))
    how = "lowest" if alarms.basis == "lowest_of_survey" else "members"
    note = say(
        f"intervention.expected_note_{how}",
        n=alarms.n_simulations,
        error=Number(value=alarms.tidy()["std_error"].max(), role="raw"),
        n_survey=alarms.n_survey,
        n_members=alarms.n_members,
        alpha=share(alarms.alpha),
    )
    return Table(
        id="intervention.expected",
        title=say(f"intervention.expected_title{assumed(evaluation)}"),
        columns=[
            Column(role="retest_r", header=say("intervention.column_retest_r")),
            Column(role="estimate", header=say("intervention.column_expected")),
            Column(role="standardized", header=say("intervention.column_expected_sd")),
            Column(role="false_alarms", header=say("intervention.column_alarm")),
            Column(role="upward", header=say("intervention.column_alarm_up")),
        ],
        rows=rows,
        notes=[note, *reasons_of(expected), *reasons_of(alarms)],
        n=expected.n,
        method="regression_to_mean",
    )


def assumed(evaluation: Evaluation) -> str:
    """Ending of a key: what holds only if the members were chosen by the recorded score says so."""
    return "" if evaluation.case.chosen_by_score else "_if"


def expected_sentence(evaluation: Evaluation) -> Sentence:
    """The same in words, with the one line that may name alpha."""
    params = evaluation.case.params
    ends = sorted(abs(evaluation.gain_at(r)) for r in (params.retest_lowest, params.retest_highest))
    parts: list[Words] = [] if evaluation.case.chosen_by_score else [say("intervention.expected_if")]
    parts += [
        say(
            "intervention.expected_rise" if evaluation.expected_improvement >= 0 else "intervention.expected_fall",
            low=points(ends[0]),
            high=points(ends[1]),
            lowest=retest(params.retest_lowest),
            highest=retest(params.retest_highest),
        ),
    ]
    if evaluation.alarms is not None and evaluation.alarm_rate == evaluation.alarm_rate:
        parts.append(
            say(
                "intervention.alarms",
                rate=per_hundred(evaluation.alarm_rate),
                nominal=per_hundred(evaluation.alarms.alpha),
                r=retest(evaluation.shown_r),
            )
        )
    parts += _alpha_line(evaluation)
    return Sentence(id="intervention.expected.sentence", parts=parts)


def _alpha_line(evaluation: Evaluation) -> list[Words]:
    """(1 - alpha)(mu - X): a floor for orientation, never a correction."""
    expected, alpha = evaluation.expected, evaluation.alpha
    if alpha is None or alpha.status == "not_computable" or expected is None or evaluation.expected_improvement <= 0:
        return []
    floor = evaluation.case.sign * (1 - alpha.estimate) * (expected.mean_survey - expected.mean_members)
    return [
        say(
            "intervention.expected_alpha",
            alpha=Number(value=alpha.estimate, role="coefficient", n=alpha.n_used),
            gain=points(floor),
        )
    ]


def baseline_again_sentence(evaluation: Evaluation) -> Sentence:
    """Where the members were measured once more before the programme: what had changed by then."""
    case, again = evaluation.case, evaluation.again
    if again is None or case.second_baseline is None:
        return absent("second_baseline")
    return Sentence(
        id="intervention.baseline_again",
        parts=[
            say(
                "intervention.baseline_again",
                before=points(again.mean_pre, n=again.n),
                after=points(again.mean_post, n=again.n),
                again=wave_label(case.study, case.second_baseline),
                **waves(case),
            )
        ],
    )
