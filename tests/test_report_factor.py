"""What the factor report shows: raw values untouched, every state said, both languages."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from efficacy.params import load_site, resolve
from efficacy.project import Project
from efficacy.psychometrics import (
    convergent_validity,
    cronbach_alpha,
    factorability,
    fit_cfa,
    fit_efa,
    htmt,
    item_analysis,
    loading_stability,
    measurement_invariance,
    minimum_average_partial,
    omega_hierarchical,
    parallel_analysis,
    polychoric,
    reliability,
)
from efficacy.report import factor as page
from efficacy.report.blocks import Drawing
from efficacy.report.style import figure_style
from efficacy.report.wording import Wording
from efficacy.study import load_study

PROJECT = Project(Path(__file__).parents[1])
WORDINGS = (Wording("zh"), Wording("en", "apa"))


class Opened:
    """A site with everything the notebook computes."""

    def __init__(self, site, **overrides):
        self.study = load_study(site, project=PROJECT)
        self.params = resolve(load_site(site, project=PROJECT), "factor", {"n_iterations": 100, **overrides})
        self.instrument = page.instrument_of(self.study, self.params)
        self.wave = page.wave_of(self.study, self.params)
        self.answers = self.study.item_table(self.wave, self.instrument.id)
        self.alphas = {s.id: cronbach_alpha(self.study.items(self.wave, s.id)) for s in self.instrument.scales}
        self.adequacy = factorability(self.answers)
        self.average_partial = minimum_average_partial(self.answers)
        self.parallel = parallel_analysis(self.answers, n_iterations=100, seed=1)
        self.solution = page.solution_of(self.study, self.params)
        self.scale_answers = {s.id: self.study.items(self.wave, s.id) for s in self.instrument.scales}
        self.measure()

    def measure(self):
        """What rests on the confirmatory model and on resampling."""
        model, few = page.model_of(self.instrument), {"n_resamples": 100, "seed": 1}
        self.fits = {name: fit_cfa(self.answers, model, estimator=name) for name in page.ESTIMATORS}
        self.coefficients = {name: reliability(frame, n_resamples=100) for name, frame in self.scale_answers.items()}
        self.stability = loading_stability(self.answers, n_factors=self.solution.n_factors, **few)
        self.ratios = [htmt(self.answers, model, mean=mean, **few) for mean in ("arithmetic", "geometric")]
        self.general = omega_hierarchical(self.answers, n_factors=page.general_factors(self.instrument), **few)
        self.single = fit_efa(self.answers, n_factors=1, rotation="none")
        self.ordered = fit_efa(self.answers, n_factors=self.solution.n_factors, correlation="polychoric")
        group = self.study.participants[self.params.invariance_group].reindex(self.answers.index)
        self.invariance = measurement_invariance(self.answers, model, group=group)

    def further_blocks(self):
        plain, robust = (self.fits[name] for name in page.ESTIMATORS[:2])
        return [
            page.coefficients_table(self.study, self.coefficients, 0.95),
            page.further_table(self.study, self.coefficients),
            page.general_sentence(self.general, 0.95),
            *page.stability_blocks(self.stability),
            *page.fit_blocks(self.instrument, self.fits),
            *page.path_figure(self.study, self.instrument, plain),
            *page.loading_blocks(self.study, self.instrument, robust, 0.95),
            *page.modification_blocks(self.study, plain),
            page.recovery_sentence(self.instrument, self.parallel, plain),
            *page.convergent_blocks(self.instrument, convergent_validity(plain)),
            *page.discriminant_blocks(self.study, *self.ratios),
            page.common_method_sentence(self.single),
            *page.invariance_blocks(self.study, self.params, self.invariance),
            *page.polychoric_blocks(
                self.study, self.params, self.instrument, self.solution, self.ordered, polychoric(self.answers)
            ),
        ]

    def blocks(self):
        scale = self.instrument.subscales[0].id
        items = item_analysis(self.study.items(self.wave, scale))
        return [
            page.first_page(
                self.study,
                self.params,
                alphas=self.alphas,
                adequacy=self.adequacy,
                parallel=self.parallel,
                solution=self.solution,
            ),
            page.instrument_sentence(self.study, self.instrument),
            page.instrument_table(self.study, self.instrument),
            page.evidence_table(self.instrument),
            page.item_analysis_table(self.study, scale, items),
            page.item_sentence(self.study, scale, items),
            page.reliability_table(self.study, self.alphas),
            page.reliability_sentence(self.study, self.alphas),
            page.factorability_sentence(self.adequacy),
            page.number_of_factors_table(self.parallel, self.average_partial),
            page.number_of_factors_sentence(self.study, self.params, self.parallel),
            page.scree_figure(self.parallel),
            page.loadings_figure(self.study, self.instrument, self.solution),
            page.loadings_table(self.study, self.instrument, self.solution),
            page.variance_table(self.solution),
            page.placement_sentence(self.study, self.instrument, self.solution),
            page.fit_sentence(self.solution),
            *self.further_blocks(),
        ]


@pytest.fixture(scope="module")
def qichun():
    return Opened("qichun")


@pytest.fixture(scope="module")
def bfi():
    return Opened("bfi")


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.language)
@pytest.mark.parametrize("site", ["qichun", "bfi"])
def test_every_block_can_be_said(site, wording, request):
    for block in request.getfixturevalue(site).blocks():
        described = block.describe(wording)
        assert described["id"]
        assert "—" not in described.get("text", "")


def test_figures_are_drawn_and_say_their_data(qichun):
    for block in qichun.blocks():
        if not hasattr(block, "draw"):
            continue
        with mpl.rc_context(figure_style()):
            canvas = block.draw(Drawing(wording=WORDINGS[0], individual_marks=False))
        assert canvas.axes
        assert len(block.describe(WORDINGS[0])["numbers"]) >= 6


def test_the_reliability_table_holds_the_raw_estimates(qichun):
    described = page.reliability_table(qichun.study, qichun.alphas).describe(WORDINGS[0])
    for row, alpha in zip(described["rows"], qichun.alphas.values(), strict=True):
        assert row["cells"][4]["raw"] == alpha.estimate
        assert row["cells"][5]["raw"] == [alpha.conf_low, alpha.conf_high]


def test_the_loadings_table_holds_the_raw_loadings_in_the_order_of_the_questionnaire(bfi):
    described = page.loadings_table(bfi.study, bfi.instrument, bfi.solution).describe(WORDINGS[1])
    rows = [row for row in described["rows"] if not row.get("heading")]
    shown = np.array([[cell["raw"] for cell in row["cells"][1:-1]] for row in rows])
    assert np.array_equal(shown, bfi.solution.loadings.to_numpy())
    assert [row["cells"][-1]["raw"] for row in rows] == list(bfi.solution.communalities)


def test_the_number_of_factors_follows_the_parameters_or_the_instrument():
    assert page.n_factors_of(*_chosen("qichun", n_factors=3)) == 3
    assert page.n_factors_of(*_chosen("bfi", n_factors=None)) == 5


def test_an_unknown_instrument_is_named():
    with pytest.raises(ValueError, match="liang2000"):
        page.instrument_of(*_chosen("qichun", instrument="gse"))


def test_a_confirmed_disputed_key_is_said(qichun):
    text = page.instrument_sentence(qichun.study, qichun.instrument).describe(WORDINGS[1])["text"]
    assert "Items 14, 16, 17, 20" in text
    assert "confirmed them item by item" in text


def test_an_item_that_runs_against_its_scale_is_named_as_a_reason_to_look(bfi):
    items = item_analysis(bfi.study.items(bfi.wave, "agreeableness")).copy()
    assert not items["reverse_alarm"].any()
    items.loc[0, "reverse_alarm"] = True
    block = page.item_sentence(bfi.study, "agreeableness", items)
    assert block.tone == "caution"
    assert "indifference" in block.describe(WORDINGS[1])["text"]


@pytest.mark.parametrize("rows", [0, 3, 8])
def test_too_few_answers_are_said_and_nothing_breaks(qichun, rows):
    few = Opened.__new__(Opened)
    few.__dict__.update(qichun.__dict__)
    few.answers = qichun.answers.head(rows)
    few.adequacy = factorability(few.answers)
    few.average_partial = minimum_average_partial(few.answers)
    few.parallel = parallel_analysis(few.answers, n_iterations=100, seed=1)
    few.alphas = {
        scale.id: cronbach_alpha(qichun.study.items("pre", scale.id).head(rows)) for scale in qichun.instrument.scales
    }
    few.solution = fit_efa(few.answers, n_factors=2)
    few.scale_answers = {name: frame.head(rows) for name, frame in qichun.scale_answers.items()}
    few.measure()
    assert few.solution.status == "not_computable"
    for wording in WORDINGS:
        for block in few.blocks():
            assert block.describe(wording)["id"]


def test_the_fit_table_holds_the_raw_values_of_every_estimator(qichun):
    table = page.fit_blocks(qichun.instrument, qichun.fits)[0].describe(WORDINGS[0])
    raw = [[cell.get("raw") for cell in row["cells"]] for row in table["rows"]]
    ml, mlr, wlsmv = (qichun.fits[name] for name in page.ESTIMATORS)
    assert [row[1] for row in raw] == [
        ml.chisq, ml.chisq_bartlett, ml.chisq_swain, mlr.chisq_scaled, wlsmv.chisq_scaled,
    ]  # fmt: skip
    assert raw[0][4:8] == [ml.cfi, ml.tli, ml.rmsea, [ml.rmsea_conf_low, ml.rmsea_conf_high]]
    assert raw[3][4] == mlr.cfi_scaled
    assert raw[1][4:] == [None] * 5, "the corrections are of the chi-square alone"


def test_groups_too_small_are_refused_with_congruence_instead(qichun, bfi):
    refused = {block.id for block in page.invariance_blocks(qichun.study, qichun.params, qichun.invariance)}
    assert refused == {"factor.invariance.refused", "factor.congruence"}
    tested = page.invariance_blocks(bfi.study, bfi.params, bfi.invariance)
    assert tested[0].id == "factor.invariance"
    shown = [row["cells"][3]["raw"] for row in tested[0].describe(WORDINGS[0])["rows"]]
    assert shown == list(bfi.invariance.tidy()["cfi"])
    plain = qichun.params.model_copy(update={"invariance_group": None})
    assert page.invariance_blocks(qichun.study, plain, None)[0].id == "factor.invariance.none"


def _chosen(site, **overrides):
    loaded = load_site(site, project=PROJECT)
    params = resolve(loaded, "factor").model_copy(update=overrides)
    return load_study(site, project=PROJECT), params
