"""A project so small that a test can run it: one short questionnaire, a dozen invented children, tiny notebooks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from efficacy.project import Project

CANARY = "秘密孩子甲"  # stands in the data file and must never be seen in a message

INSTRUMENT = """\
schema: 1
id: tiny
title: {zh: 小问卷, en: Tiny questionnaire}
reference: made for tests
population: {zh: 无, en: nobody}
minimum: 1
maximum: 5
items:
  - {number: 1, name: t1, label: {zh: 一, en: one}}
  - {number: 2, name: t2, label: {zh: 二, en: two}}
  - {number: 3, name: t3, label: {zh: 三, en: three}}
scales:
  - {id: tiny_scale, label: {zh: 小量表, en: tiny scale}, items: [1, 2, 3]}
permission: {status: not_required, statement: {zh: 自编, en: our own}}
evidence:
  - {about: structure, status: own_choice, statement: {zh: 自编, en: our own}}
"""

SITE = """\
schema: 1
site: SITE
title: {zh: 测试点 <b>, en: Test site <b>}
population: {zh: 无, en: nobody}
data_origin: synthetic
sampling: convenience
reports: [REPORTS]
defaults: {language: LANGUAGE}
waves:
  - {id: pre, role: baseline}
sources:
  - {file: data/SITE/answers.csv, format: csv, id: number, wave: pre}
instruments:
  - instrument: tiny
    columns: {pre: a1..a3}
"""

PARAMETERS = "site = 'x'\nlanguage = None\nseed = None"
FINE = "print(site, language, seed)"


def notebook(*cells: str, parameters: bool = True) -> NotebookNode:
    """A notebook of code cells; a cell beginning with zh: or en: is prose in that language."""
    made = []
    if parameters:
        made.append(nbformat.v4.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}))
    for number, source in enumerate(cells):
        if source[:3] in ("zh:", "en:"):
            tags = {"tags": [f"lang-{source[:2]}"]}
            made.append(nbformat.v4.new_markdown_cell(source[3:], id=f"cell-{number}", metadata=tags))
        else:
            made.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}"))
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})


def write_notebook(root: Path, report: str, *cells: str, parameters: bool = True) -> Path:
    path = root / "notebooks" / f"{report}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook(*cells, parameters=parameters)), encoding="utf-8")
    return path


def write_site(root: Path, site: str, *, reports: Sequence[str] = ("descriptive",), language: str = "zh") -> None:
    text = SITE.replace("SITE", site).replace("REPORTS", ", ".join(reports)).replace("LANGUAGE", language)
    (root / "params" / f"{site}.yml").write_text(text, encoding="utf-8")
    folder = root / "data" / site
    folder.mkdir(parents=True)
    rows = [f"{number:03d},{CANARY},{1 + number % 5},{1 + number % 4},{1 + number % 3}" for number in range(12)]
    (folder / "answers.csv").write_text("\n".join(["number,remark,a1,a2,a3", *rows]) + "\n", encoding="utf-8")


def make_project(root: Path, sites: Mapping[str, Sequence[str]] | None = None) -> Project:
    """A project with sites (name -> reports), the notebook of each report being one that runs."""
    (root / "params" / "instruments").mkdir(parents=True)
    (root / "params" / "instruments" / "tiny.yml").write_text(INSTRUMENT, encoding="utf-8")
    chosen = sites or {"here": ("descriptive",)}
    for site, reports in chosen.items():
        write_site(root, site, reports=reports)
    for report in {report for reports in chosen.values() for report in reports}:
        write_notebook(root, report, "zh:# 标题", "en:# Title", FINE)
    (root / "reports").mkdir()
    return Project(root)


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, by name: two equal answers mean that nothing was written."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
