"""The planning report's answer on one screen."""

from __future__ import annotations

from ...effects import DesignComparison
from ...params import DesignParams
from ...study import NothingObserved
from ..blocks import FirstPage, PageRow
from ..shared import percent_words
from ..wording import Words, say
from .advice import first_advice, own_best_name, result_words, usual_words
from .choices import retest_of, row_at, rows_at, shown_r
from .words import declared, labels, retest, rule_label, sds, share


def first_page(study: NothingObserved, params: DesignParams, comparison: DesignComparison) -> FirstPage:
    """Question, plan, method, result, advice, sentence to paste and what may not be concluded."""
    sizes = {"n_survey": params.n_survey, "n_members": params.n_members}
    plan = say(
        "design.page_plan_said",
        **sizes,
        rule=rule_label(params),
        effect=declared(params.effect),
        r=[retest(r) for r in retest_of(params)],
    )
    losses: list[Words] = []
    if params.attrition:
        losses.append(say("design.page_attrition", share=f"{percent_words(params.attrition)}%"))
    return FirstPage(
        id="design.first_page",
        title=say("design.title"),
        subtitle=[study.file.planned.title, say("design.subtitle", **sizes)],
        rows=[
            PageRow(heading=say("common.page_question"), parts=[say("design.page_question", **sizes)]),
            PageRow(heading=say("design.page_plan"), parts=[plan, *losses]),
            PageRow(heading=say("common.page_method"), parts=[say("design.page_method", n=comparison.n_simulations)]),
            PageRow(
                heading=say("common.page_result"),
                parts=[usual_words(params, comparison), *result_words(params, comparison)],
                tone="result",
            ),
            PageRow(heading=say("design.page_advice"), parts=first_advice(params, comparison), tone="caution"),
            PageRow(heading=say("common.page_paste"), parts=_paste(params, comparison), tone="paste"),
            PageRow(
                heading=say("common.page_not_concluded"),
                parts=[say("design.not_evidence"), say("design.not_afterwards"), say("design.not_separable")],
            ),
        ],
    )


def _paste(params: DesignParams, comparison: DesignComparison) -> list[Words]:
    """The design of highest power for the method chapter, and the two measurements that rule out other accounts."""
    r = shown_r(comparison)
    rows, best = rows_at(comparison, r), own_best_name(params, comparison)
    sizes = {"n_survey": params.n_survey, "n_members": params.n_members, "rule": rule_label(params)}
    if best is None:
        return [say("design.page_paste_plan", **sizes)]
    said: list[Words] = [
        say(
            "design.page_paste",
            **sizes,
            n=comparison.n_simulations,
            r=retest(r),
            effect=declared(params.effect),
            best=labels(params)[best],
            power=share(row_at(rows, best)["power"]),
            level=percent_words(params.conf_level),
            half=sds(row_at(rows, best)["half_width"]),
        )
    ]
    if params.selection_rule == "lowest_on_pretest" and {"second_baseline", "others_again"} <= set(rows.index):
        power = share(row_at(rows, "others_again")["power"])
        said.append(say("design.page_paste_steps", power=power))
    return said
