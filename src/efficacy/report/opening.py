"""Opening a report: from the parameters cell of a notebook to a study and a way to show results."""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import matplotlib as mpl
import pandas as pd
from IPython.display import display
from PIL import Image

from ..errors import EfficacyError
from ..params import (
    REPORT_MODELS,
    DescriptiveParams,
    FactorParams,
    InterventionParams,
    ParameterFile,
    ReportParams,
    load_parameters,
    resolve,
)
from ..project import Project, find_project
from ..study import NothingObserved, PooledStudy, Study, known_scales, load_studies, observed
from . import bottom_share, casework, descriptive, design, factor, intervention, pooled, single_case
from .blocks import METADATA_KEY, Block, Drawing, Figure, Sentence, Table
from .colophon import banner, colophon
from .findings import finding_sentence
from .markup import block_html
from .privacy import as_shown, refuse_one_child, refuse_small_groups, suppress_small_cells
from .shared import count_words, smallest_shown
from .style import figure_style
from .wording import Wording, say

PNG_DPI = 100
PNG_COLOURS = 128
_PAGES: Mapping[str, ModuleType] = {
    "bottom_share": bottom_share,
    "casework": casework,
    "descriptive": descriptive,
    "factor": factor,
    "intervention": intervention,
    "pooled": pooled,
    "design": design,
    "single_case": single_case,
}


@dataclasses.dataclass(eq=False)
class Run:
    """One opened report. loaded: the parameter file that asks for it; study: what was observed; params: this report's
    complete parameters."""

    report: str
    project: Project
    loaded: ParameterFile
    study: Study | PooledStudy | NothingObserved
    params: ReportParams
    wording: Wording
    _numbers: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def page(self) -> ModuleType:
        """What this report can show: the functions that turn results into tables, figures and sentences."""
        return _PAGES[self.report]

    def colophon(self) -> Table:
        """What this report's numbers were made from."""
        return colophon(self.loaded, self.params, report=self.report, hashes=self.study.input_hashes)

    @property
    def individual_marks(self) -> bool:
        """May a figure draw a mark for a single child? Not of confidential data outside the internal profile."""
        return self.loaded.data_origin != "confidential" or self.params.profile == "internal"

    def show(self, *blocks: Block | pd.DataFrame | pd.Series | pd.Index) -> None:
        """Display blocks in order, each with its record attached to the output's metadata; of a frame only its size.

        Raises TypeError, which names the type alone, for anything else.
        """
        for block in blocks:
            if isinstance(block, (pd.DataFrame, pd.Series, pd.Index)):
                block = self._size_of(block)
            if not callable(getattr(block, "describe", None)) or not isinstance(getattr(block, "id", None), str):
                raise TypeError(f"show() takes tables, figures and sentences of a report, not {type(block).__name__}")
            if isinstance(block, Table) and not self.individual_marks:
                block = suppress_small_cells(block, k=self.loaded.minimum_cell)
            self._show(block)

    def _size_of(self, frame: pd.DataFrame | pd.Series | pd.Index) -> Sentence:
        rows = count_words(len(frame), smallest=smallest_shown(self.loaded, self.params))
        columns = frame.shape[1] if isinstance(frame, pd.DataFrame) else 1
        return Sentence(id="frame", parts=[say("protection.frame", rows=rows, columns=columns)])

    def _show(self, block: Block) -> None:
        described = block.describe(self.wording)
        if not self.individual_marks:
            described = as_shown(described)
        if described["kind"] in ("table", "figure"):
            described["number"] = self._number(described["kind"], block.id)
        metadata: dict[str, Any] = {METADATA_KEY: described}
        if isinstance(block, Figure):
            data = {"image/png": self._picture(block), "text/plain": described["alt"]}
            metadata["image/png"] = {"alt": described["alt"]}
        else:
            data = {"text/html": block_html(described), "text/plain": _plain(described)}
        display(data, metadata=metadata, raw=True)

    def _number(self, kind: str, block_id: str) -> str:
        """表1, 表2, ...: by order of first showing, so that running a cell again keeps its number."""
        if block_id not in self._numbers:
            count = sum(1 for number in self._numbers.values() if number.startswith(f"{kind} ")) + 1
            self._numbers[block_id] = f"{kind} {count}"
        count = int(self._numbers[block_id].split(" ")[1])
        return self.wording.text(say(f"common.number_{kind}", number=count))

    def _picture(self, figure: Figure) -> bytes:
        synthetic = self.loaded.data_origin == "synthetic"
        drawing = Drawing(wording=self.wording, individual_marks=self.individual_marks)
        with mpl.rc_context(figure_style() | {"text.parse_math": False}):  # a label with two $ is no formula
            canvas = figure.draw(drawing)
            if synthetic:
                canvas.text(
                    0.995,
                    0.005,
                    drawing.text(say("common.synthetic_mark")),
                    ha="right",
                    va="bottom",
                    fontsize=7,
                    color="0.55",
                )
            buffer = io.BytesIO()
            canvas.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
        return _small_png(buffer.getvalue())


def _small_png(picture: bytes) -> bytes:
    """The same picture with a palette: a third of the bytes, which stay in notebooks, pages and version control."""
    buffer = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    # maximum coverage: a colour of few pixels (the members among the rest) stays itself
    small = image.quantize(PNG_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def open_report(report: str, parameters: Mapping[str, Any]) -> Run:
    """Open a report from a notebook.

    report: its name. parameters: the notebook's ``globals()``; ``site`` and the fields of the report's model are
    taken, everything else is ignored. Raises ValueError for an unknown report, and the input errors of params and
    study, each finding of theirs also said as a sentence.
    """
    if report not in REPORT_MODELS:
        raise ValueError(f"report={report!r}: one of {sorted(REPORT_MODELS)}")
    try:
        return _opened(report, parameters)
    except EfficacyError as error:  # the error itself shows codes only: whoever works in JupyterLab needs the sentences
        for finding in error.findings:
            print(finding_sentence(finding, parameters.get("language") or "zh"), file=sys.stderr)
        raise


def _opened(report: str, parameters: Mapping[str, Any]) -> Run:
    project = find_project()
    loaded = load_parameters(parameters["site"], project=project)
    given = {name: parameters.get(name) for name in REPORT_MODELS[report].model_fields}
    studies = load_studies(loaded, project=project)
    scales = known_scales(loaded, studies)
    params = resolve(loaded, report, given, source=f"notebooks/{report}.ipynb", scales=scales)
    study = observed(loaded, studies)
    run = Run(
        report=report,
        project=project,
        loaded=loaded,
        study=study,
        params=params,
        wording=Wording(params.language, params.table_style, variant=_variant(params)),
    )
    refuse_one_child(params, data_origin=loaded.data_origin)
    if not run.individual_marks:
        refuse_small_groups(_group_sizes(study, params), k=loaded.minimum_cell)
    run.show(banner(loaded, params))  # here, so that no notebook can leave it out
    return run


def _variant(params: ReportParams) -> str:
    """Sentences about a change say which way is better."""
    return "decrease" if isinstance(params, InterventionParams) and params.improvement == "decrease" else ""


def _group_sizes(study: Study | PooledStudy | NothingObserved, params: ReportParams) -> list[int]:
    """Children in each group that a whole report speaks of."""
    if isinstance(study, NothingObserved):
        return []
    if isinstance(study, PooledStudy):
        return [len(children) for case in pooled.cases(study) for children in case.both_waves]
    if isinstance(params, DescriptiveParams):
        return [len(study.score(descriptive.wave_of(study, params), descriptive.scale_of(study, params)))]
    if isinstance(params, FactorParams):
        questionnaire = factor.instrument_of(study, params)
        return [len(study.item_table(factor.wave_of(study, params), questionnaire.id).dropna())]
    if isinstance(params, InterventionParams):
        return [len(children) for children in intervention.case_of(study, params).measured_groups]
    return []


def _plain(described: Mapping[str, Any]) -> str:
    """A block as plain text, for front ends without HTML and for reading differences in version control."""
    if described["kind"] == "table":
        lines = [f"{described.get('number', '')} {described['title']}".strip()]
        lines.append(" | ".join(column["header"] for column in described["columns"]))
        lines += [" | ".join(cell["shown"] for cell in row["cells"]) for row in described["rows"]]
        return "\n".join([*lines, *described["notes"]])
    if described["kind"] == "first_page":
        return "\n".join(f"{row['heading']}: {row['text']}" for row in described["rows"])
    if described["kind"] == "ladder":
        rungs = [f"[{rung['state']}] {rung['label']} {rung['note']}".rstrip() for rung in described["rungs"]]
        return "\n".join([*([described["title"]] if described["title"] else []), *rungs])
    return str(described["text"])
