"""A described block as HTML: the same for the notebook's output and for the page. Everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

# Notebook front ends know no style sheet of ours, so what makes a table a three-line table stands in the elements.
_RULE = "1.5pt solid currentColor"
_THIN = "0.75pt solid currentColor"


def block_html(block: Mapping[str, Any], *, image: str | None = None) -> str:
    """HTML of any block. image: data URI of a figure's picture."""
    kind = block["kind"]
    if kind == "table":
        return _table(block)
    if kind == "figure":
        return _figure(block, image or "")
    if kind == "sentence":
        return f'<p class="ef-sentence ef-{escape(block["tone"])}">{escape(block["text"])}</p>'
    if kind == "first_page":
        return _first_page(block)
    if kind == "ladder":
        return _ladder(block)
    raise ValueError(f"kind={kind!r}: table, figure, sentence, first_page or ladder")


def _table(block: Mapping[str, Any]) -> str:
    columns = block["columns"]
    cell = f"border-bottom:{_THIN};padding:4px 10px"
    head = "".join(
        f'<th scope="col" style="text-align:{c["align"]};{cell}">{escape(c["header"])}</th>' for c in columns
    )
    body = "".join(_row(row, columns) for row in block["rows"])
    number = f"<b>{escape(block['number'])}</b> " if block.get("number") else ""
    notes = "".join(f"<div>{escape(note)}</div>" for note in block["notes"])
    return (
        f'<div class="ef-table" id="{escape(block["id"])}">'
        f'<table style="border-collapse:collapse;border-top:{_RULE};border-bottom:{_RULE};margin:0 auto">'
        f'<caption style="caption-side:top;text-align:center;color:inherit;padding:4px">'
        f"{number}{escape(block['title'])}</caption>"
        f'<thead><tr style="background:none">{head}</tr></thead><tbody>{body}</tbody></table>'
        + (f'<div class="ef-notes" style="font-size:85%;text-align:center">{notes}</div>' if notes else "")
        + "</div>"
    )


def _row(row: Mapping[str, Any], columns: list[Mapping[str, Any]]) -> str:
    if row.get("heading"):
        text = escape(row["cells"][0]["shown"])
        return (
            f'<tr class="ef-heading" style="background:none"><th scope="rowgroup" colspan="{len(columns)}" '
            f'style="text-align:left;padding:6px 10px 2px">{text}</th></tr>'
        )
    cells = "".join(
        f'<td style="text-align:{column["align"]};padding:3px 10px{";white-space:nowrap" if "raw" in cell else ""}">'
        f"{escape(cell['shown'])}</td>"
        for cell, column in zip(row["cells"], columns, strict=True)
    )
    return f'<tr style="background:none">{cells}</tr>'


def _figure(block: Mapping[str, Any], image: str) -> str:
    number = f"<b>{escape(block['number'])}</b> " if block.get("number") else ""
    return (
        f'<figure class="ef-figure" id="{escape(block["id"])}"><img src="{escape(image)}" alt="{escape(block["alt"])}">'
        f"<figcaption>{number}{escape(block['caption'])}</figcaption></figure>"
    )


def _first_page(block: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<div class="ef-row ef-{escape(row["tone"])}" style="display:grid;grid-template-columns:9em 1fr;gap:1em;'
        f'padding:4px 0"><dt style="color:#55606b">{escape(row["heading"])}</dt>'
        f'<dd style="margin:0">{escape(row["text"])}</dd></div>'
        for row in block["rows"]
    )
    return (
        f'<section class="ef-first-page"><h2 class="ef-title">{escape(block["title"])}</h2>'
        f'<p class="ef-subtitle">{escape(block["subtitle"])}</p><dl>{rows}</dl></section>'
    )


def _ladder(block: Mapping[str, Any]) -> str:
    rungs = "".join(
        f'<li class="ef-rung ef-{escape(rung["state"])}"><b>{escape(rung["label"])}</b>'
        + (f"<span>{escape(rung['note'])}</span>" if rung["note"] else "")
        + "</li>"
        for rung in block["rungs"]
    )
    title = f'<p class="ef-ladder-title">{escape(block["title"])}</p>' if block.get("title") else ""
    return f'{title}<ol class="ef-ladder">{rungs}</ol>'
