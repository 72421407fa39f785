"""An executed notebook as a page that opens offline: prose from its cells, everything else from its blocks.

Parameters are left out here, for the colophon lists them; the code of every other cell can be opened below it.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from ..documents import Language
from .blocks import METADATA_KEY
from .fonts import font_face
from .markup import block_html
from .privacy import only_blocks, shows_groups_only
from .wording import Wording, say

_TEMPLATE = Path(__file__).parent / "page"
_NO_ADDRESSES = ("mathjax_url", "require_js_url", "jquery_url", "jupyter_widgets_base_url", "widget_renderer_url")


def render_page(notebook: NotebookNode, *, language: Language, title: str) -> str:
    """HTML of an executed notebook.

    notebook: with the blocks attached to its outputs. language: of the page's own few words. title: of the browser
    tab. Outputs without a block (a warning, a print) are shown as escaped text: nothing is hidden, but of confidential
    data that are to be shared, where they are withheld and the page says so. The page refers to no address outside
    itself.
    """
    wording = Wording(language)
    if shows_groups_only(notebook):
        notebook = only_blocks(notebook, language=language)
    notebook = _answered(notebook)
    exporter = HTMLExporter(template_file=str(_TEMPLATE / "page.html.j2"))
    for trait in _NO_ADDRESSES:
        setattr(exporter, trait, "")
    exporter.language_code = "zh-CN" if language == "zh" else "en"
    exporter.register_filter("output_html", _output_html)
    resources = {
        "page_title": title,
        "language_code": exporter.language_code,
        "style": (_TEMPLATE / "page.css").read_text(encoding="utf-8"),
        "headings": list(_headings(notebook)),
        "words": {key: wording.text(say(f"common.page_{key}")) for key in ("contents", "code")},
    }
    body, _ = exporter.from_notebook_node(notebook, resources=resources)
    return str(body).replace("</style>", f"{font_face(str(body))}</style>", 1)


def _answered(notebook: NotebookNode) -> NotebookNode:
    """A copy without the questions that this site has nothing to answer with: their cells ran and showed nothing.

    A heading stays, and what asks for it; cells that never ran are left as they are.
    """
    kept: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.get("execution_count") and not cell.outputs and _is_question(kept):
            kept.pop()
            continue
        kept.append(cell)
    answered: NotebookNode = notebook.copy()
    answered.cells = kept
    return answered


def _is_question(cells: list[NotebookNode]) -> bool:
    """Does a page so far end with prose that opens no section?"""
    return bool(cells) and cells[-1].cell_type == "markdown" and not cells[-1].source.startswith("#")


def _output_html(output: NotebookNode) -> str:
    """One output: its block where it has one, else its text."""
    block = output.get("metadata", {}).get(METADATA_KEY)
    if block is not None:
        return block_html(block, image=_data_uri(output))
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return block_html({"kind": "sentence", "tone": "plain", "text": text})


def _data_uri(output: NotebookNode) -> str | None:
    picture = output.get("data", {}).get("image/png")
    if picture is None:
        return None
    raw = base64.b64decode(picture)  # normalised: nbformat may wrap lines
    return "data:image/png;base64," + base64.b64encode(raw).decode("ascii")


def _headings(notebook: NotebookNode) -> Any:
    """The second-level headings, with the anchors nbconvert gives them."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^## (.+)$", cell.source, flags=re.MULTILINE):
                yield {"text": heading.strip(), "anchor": heading.strip().replace(" ", "-")}
