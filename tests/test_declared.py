"""Parameters against the questionnaires they name, before any data are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from efficacy.errors import ParameterError
from efficacy.params import SiteFile, load_parameters, load_site
from efficacy.project import Project
from efficacy.study.declared import check_against_instruments, site_instruments, site_scales

REPOSITORY = Path(__file__).parents[1]

SITE = """\
schema: 1
site: here
title: {zh: 某地, en: Here}
population: {zh: 儿童, en: children}
data_origin: synthetic
sampling: census
reports: [descriptive, intervention]
waves:
  - {id: pre, role: baseline}
  - {id: post, role: post}
sources:
  - {file: data/here/all.csv, format: csv, id: number}
instruments:
  - instrument: liang2000
    columns: {pre: A1..A22, post: B1..B22}
    reverse_confirmed_by: wording
    reverse: {14: true, 16: true, 17: false, 20: true}
  - instrument: gse
    columns:
      pre: [g1, g2, g3, g4, g5, g6, g7, g8, g9, g10]
scores:
  - {scale: marks, wave: post, column: marks, label: {zh: 成绩, en: marks}, minimum: 0, maximum: 100}
facets:
  confidence: [ability, general]
plan:
  needs: [{id: trust, label: {zh: 信任, en: trust}}]
  objectives:
    - {id: aim, need: trust, label: {zh: 目标, en: aim}, measures: [behaviour, marks]}
  sessions: []
descriptive:
  scale: behaviour
intervention:
  selection_rule: unknown
  comparison_group: none
  primary_outcome: total
"""

# old text, new text, code, text that marks the line, column
WRONG = [
    ("gse\n", "gsee\n", "unknown_instrument", "gsee", "instruments.1.instrument"),
    ("17: false, ", "", "reverse_not_confirmed", "reverse: {", "instruments.0.reverse"),
    (
        "    reverse_confirmed_by: wording\n",
        "",
        "reverse_not_confirmed",
        "liang2000",
        "instruments.0.reverse_confirmed_by",
    ),
    ("17: false", "17: false, 18: true", "reverse_unknown_item", "18: true", "instruments.0.reverse.18"),
    (", g10]", "]", "column_count", "g9]", "instruments.1.columns.pre"),
    ("scale: marks,", "scale: total,", "duplicate_scale", "instruments:", "instruments"),
    ("[ability, general]", "[ability, generl]", "unknown_scale", "generl", "facets.confidence.1"),
    ("[behaviour, marks]", "[behavior, marks]", "unknown_scale", "id: aim", "plan.objectives.0.measures.0"),
    ("  scale: behaviour", "  scale: behavior", "unknown_scale", "scale: behavior", "descriptive.scale"),
    ("primary_outcome: total", "primary_outcome: totl", "unknown_scale", "totl", "intervention.primary_outcome"),
    (
        "primary_outcome: total",
        "primary_outcome: general",
        "not_measured_at",
        "outcome",
        "intervention.primary_outcome",
    ),
    ("primary_outcome: total", "primary_outcome: marks", "not_measured_at", "outcome", "intervention.primary_outcome"),
    ("  scale: behaviour", "  scale: marks", "not_measured_at", "  scale: marks", "descriptive.scale"),
]


def load(root: Path, text: str) -> tuple[SiteFile, Project]:
    (root / "params").mkdir()
    (root / "data").mkdir()
    (root / "params" / "here.yml").write_text(text, encoding="utf-8")
    project = Project(root)
    return load_site("here", project=project), project


def test_instruments_as_the_site_used_them(tmp_path: Path) -> None:
    loaded, project = load(tmp_path, SITE)
    liang, gse = site_instruments(loaded, project=project)
    assert [item.number for item in liang.items if item.reverse] == [14, 16, 20]
    assert liang.disputed == gse.disputed == ()
    assert site_scales(loaded.site, (liang, gse)) == {
        "ability": ("pre", "post"),
        "behaviour": ("pre", "post"),
        "total": ("pre", "post"),
        "general": ("pre",),
        "marks": ("post",),
    }


def test_another_test_taken_before_may_stand_for_the_baseline(tmp_path: Path) -> None:
    text = SITE.replace("primary_outcome: total", "primary_outcome: marks\n  baseline_outcome: general")
    loaded, project = load(tmp_path, text)
    assert len(site_instruments(loaded, project=project)) == 2


@pytest.mark.parametrize(("old", "new", "code", "marker", "column"), WRONG, ids=[f"{w[2]}-{w[4]}" for w in WRONG])
def test_what_does_not_fit_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, code: str, marker: str, column: str
) -> None:
    assert old in SITE
    text = SITE.replace(old, new, 1)
    loaded, project = load(tmp_path, text)
    with pytest.raises(ParameterError) as caught:
        site_instruments(loaded, project=project)
    row = text[: text.index(marker)].count("\n") + 1
    found = [(finding.code, finding.row, finding.column) for finding in caught.value.findings]
    assert (f"parameters.{code}", row, column) in found
    assert {finding.file for finding in caught.value.findings} == {"params/here.yml"}


def test_every_instrument_is_heard_before_stopping(tmp_path: Path) -> None:
    text = SITE.replace("17: false, ", "").replace("instrument: gse", "instrument: gsf")
    loaded, project = load(tmp_path, text)
    with pytest.raises(ParameterError) as caught:
        site_instruments(loaded, project=project)
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["parameters.reverse_not_confirmed", "parameters.unknown_instrument"]
    assert caught.value.findings[1].values["nearest"] == "gse"


def test_two_instruments_may_not_share_an_item_s_name(tmp_path: Path) -> None:
    loaded, project = load(tmp_path, SITE)
    liang, gse = site_instruments(loaded, project=project)
    renamed = gse.model_copy(update={"items": (gse.items[0].model_copy(update={"name": "q01"}), *gse.items[1:])})
    with pytest.raises(ParameterError) as caught:
        check_against_instruments(loaded, (liang, renamed))
    (finding,) = caught.value.findings
    assert (finding.code, finding.row) == ("parameters.item_in_two_instruments", 13)
    assert finding.values == {"items": ["q01"]}


@pytest.mark.parametrize("name", Project(REPOSITORY).parameter_names())
def test_own_sites_fit_their_instruments(name: str) -> None:
    project = Project(REPOSITORY)
    for loaded in load_parameters(name, project=project).sites:
        used = site_instruments(loaded, project=project)
        assert [instrument.id for instrument in used] == [use.instrument for use in loaded.site.instruments]
