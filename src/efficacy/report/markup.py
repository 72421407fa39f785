"""A described block as HTML: the same for the notebook's output and for the page. Everything is escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from html import escape
from typing import Any

# Notebook front ends know no style sheet of ours, so what makes a table a three-line table stands in the elements.
_RULE = "1.5pt solid currentColor"
_THIN = "0.75pt solid currentColor"
_ACCENT, _GREY = "#11706b", "#cbd2d9"
_ONE_LINE = {"cell": 24, "header": 10}  # up to this width, in Latin characters, a text is kept on one line
_SYMBOLS = (  # a letter is a symbol by what follows it; some letters standing alone always are
    r"SD(?!\w)",
    r"(?:df|[pntrFMgdZHB])(?=[\s\u00a0]?(?:[=(±]|&[lg]t;)|-test|$)",
    r"[pntrgZ](?=[\u4e00-\u9fff])",
    r"[ptrgZ](?=[\s,;:)]|\.$|\. )",
)
_SYMBOL = re.compile(rf"(?<![\w./-])({'|'.join(_SYMBOLS)})", flags=re.ASCII)
_WITH_INDEX = re.compile(r"\b([dg])_(z|av|rm)\b", flags=re.ASCII)


def block_html(block: Mapping[str, Any], *, image: str | None = None) -> str:
    """HTML of any block. image: data URI of a figure's picture."""
    kind = block["kind"]
    if kind == "table":
        return _table(block)
    if kind == "figure":
        return _figure(block, image or "")
    if kind == "sentence":
        return f'<p class="ef-sentence ef-{escape(block["tone"])}">{_set(block["text"])}</p>'
    if kind == "first_page":
        return _first_page(block)
    if kind == "ladder":
        return _ladder(block)
    raise ValueError(f"kind={kind!r}: table, figure, sentence, first_page or ladder")


def _set(text: str) -> str:
    """Escaped text with statistical symbols in italics, as both named styles ask."""
    indexed = _WITH_INDEX.sub(r"<i>\1</i><sub>\2</sub>", escape(text, quote=False))
    set_off = _SYMBOL.sub(r"<i>\1</i>", indexed).replace("BF10", "BF<sub>10</sub>")
    return re.sub(r"</i> (=|&[lg]t;) ", "</i>\u00a0\\1\u00a0", set_off)  # never parted at the end of a line


def _kept(text: str, kind: str) -> str:
    """Style that keeps a short text on one line and a long one from a column of single Chinese characters."""
    width = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return ";white-space:nowrap" if width <= _ONE_LINE[kind] else ";min-width:5em"


def _table(block: Mapping[str, Any]) -> str:
    columns = block["columns"]
    cell = f"border-bottom:{_THIN};padding:4px 10px;vertical-align:bottom"
    head = "".join(
        f'<th scope="col" style="text-align:{c["align"]};{cell}{_kept(c["header"], "header")}">{_set(c["header"])}</th>'
        for c in columns
    )
    body = "".join(_row(row, columns) for row in block["rows"])
    notes = "".join(f"<div>{_set(note)}</div>" for note in block["notes"])
    return (
        f'<div class="ef-table" id="{escape(block["id"])}"><div style="width:fit-content;max-width:100%;margin:0 auto">'
        f'<table style="border-collapse:collapse;border-top:{_RULE};border-bottom:{_RULE};margin:0 auto">'
        f'<caption style="caption-side:top;text-align:center;color:inherit;padding:4px">'
        f"{_number(block)}{_set(block['title'])}</caption>"
        f'<thead><tr style="background:none">{head}</tr></thead><tbody>{body}</tbody></table>'
        + (f'<div class="ef-notes" style="{_AS_WIDE}">{notes}</div>' if notes else "")
        + "</div></div>"
    )


_AS_WIDE = "font-size:85%;text-align:left;width:0;min-width:100%"  # notes are as wide as their table, never wider


def _number(block: Mapping[str, Any]) -> str:
    return f"<b>{escape(block['number'])}</b> " if block.get("number") else ""


def _row(row: Mapping[str, Any], columns: list[Mapping[str, Any]]) -> str:
    if row.get("heading"):
        text = _set(row["cells"][0]["shown"])
        return (
            f'<tr class="ef-heading" style="background:none"><th scope="rowgroup" colspan="{len(columns)}" '
            f'style="text-align:left;padding:6px 10px 2px">{text}</th></tr>'
        )
    cells = "".join(
        f'<td style="text-align:{column["align"]};padding:3px 10px;vertical-align:top'
        f'{";white-space:nowrap" if "raw" in cell else _kept(cell["shown"], "cell")}">{_set(cell["shown"])}</td>'
        for cell, column in zip(row["cells"], columns, strict=True)
    )
    return f'<tr style="background:none">{cells}</tr>'


def _figure(block: Mapping[str, Any], image: str) -> str:
    return (
        f'<figure class="ef-figure" id="{escape(block["id"])}"><img src="{escape(image)}" alt="{escape(block["alt"])}">'
        f"<figcaption>{_number(block)}{_set(block['caption'])}</figcaption></figure>"
    )


_AS_BLOCK = "float:none;width:auto;margin:0"  # JupyterLab floats the terms of a list in a narrow column
_TONE_STYLE = {"result": ";font-weight:600", "paste": ";border:1px dashed #8e9aa6;padding:6px 10px"}


def _first_page(block: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<div class="ef-row ef-{escape(row["tone"])}" style="display:grid;grid-template-columns:8em 1fr;gap:1em;'
        f'padding:3px 0"><dt style="{_AS_BLOCK};font-weight:400;opacity:.75">{escape(row["heading"])}</dt>'
        f'<dd style="{_AS_BLOCK}{_TONE_STYLE.get(row["tone"], "")}">{_set(row["text"])}</dd></div>'
        for row in block["rows"]
    )
    return (
        f'<section class="ef-first-page" style="border:1px solid {_GREY};padding:12px 16px">'
        f'<h2 class="ef-title" style="margin:0;font-size:1.2em">{escape(block["title"])}</h2>'
        f'<p class="ef-subtitle">{_set(block["subtitle"])}</p><dl style="margin:0">{rows}</dl></section>'
    )


def _ladder(block: Mapping[str, Any]) -> str:
    title = f'<p class="ef-ladder-title">{escape(block["title"])}</p>' if block.get("title") else ""
    return (
        f'{title}<ol class="ef-ladder" style="list-style:none;display:grid;grid-auto-flow:column;'
        f'grid-auto-columns:1fr;gap:8px;padding:0;margin:8px 0">{"".join(map(_rung, block["rungs"]))}</ol>'
    )


def _rung(rung: Mapping[str, Any]) -> str:
    """A rung on the way is marked by a broad line, the one reached by bold type as well."""
    line = f"4px solid {_ACCENT}" if rung["state"] in ("passed", "reached") else f"2px dashed {_GREY}"
    weight = 700 if rung["state"] == "reached" else 500
    note = f'<span style="opacity:.8">{_set(rung["note"])}</span>' if rung["note"] else ""
    return (
        f'<li class="ef-rung ef-{escape(rung["state"])}" style="border-top:{line};padding:6px 8px;margin:0">'
        f'<b style="display:block;font-weight:{weight}">{_set(rung["label"])}</b>{note}</li>'
    )
