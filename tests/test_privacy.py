"""Children's data: canaries in raw files are in nothing that is written, and few children in nothing that is shown."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml
from building import N_CHILDREN, Toy

from efficacy.cli import main
from efficacy.errors import ParameterError, PrivacyError
from efficacy.project import Project
from efficacy.report import opening
from efficacy.report.blocks import METADATA_KEY
from efficacy.report.descriptive.quality import bounded
from efficacy.report.html import render_page
from efficacy.report.opening import Run, open_report
from efficacy.report.privacy import only_blocks, shows_groups_only
from efficacy.report.wording import Wording, say

ROOT = Path(__file__).parents[1]
SURNAMES = "欧阳司徒诸葛端木"
Output = tuple[dict[str, Any], dict[str, Any]]

# --- canaries


def canary_id(number: int) -> str:
    return f"KNR{7919 * number % 99991:05d}X"


def canary_name(number: int) -> str:
    return SURNAMES[2 * (number % 4) : 2 * (number % 4) + 2] + chr(0x7389 + number)


def canary_text(number: int) -> str:
    return f"奶奶说{chr(0x6C34 + number)}里有星星kanari{number:03d}"


def canary_address(number: int) -> str:
    return f"203.0.113.{100 + number}(湖北-黄冈)"


def half_width(identifier: Any) -> str:
    return unicodedata.normalize("NFKC", str(identifier)).strip()


def plant_in_workbook(path: Path, numbers: dict[str, int], *, exported: bool) -> None:
    """New ids; in an export also addresses, sources, names and an answer in the child's own words."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    assert sheet is not None
    header = [cell.value for cell in sheet[1]]
    place = header.index("1、编号" if exported else "编号") + 1
    width = len(header)
    if exported:
        sheet.cell(1, width + 1).value = "90、姓名"
        sheet.cell(1, width + 2).value = "91、你还想说什么"
    for row in range(2, sheet.max_row + 1):
        number = numbers[half_width(sheet.cell(row, place).value)]
        sheet.cell(row, place).value = canary_id(number)
        if exported:
            sheet.cell(row, header.index("来自IP") + 1).value = canary_address(number)
            sheet.cell(row, header.index("来源详情") + 1).value = canary_text(number)
            sheet.cell(row, width + 1).value = canary_name(number)
            sheet.cell(row, width + 2).value = canary_text(number)
    workbook.save(path)


def plant_in_qichun(folder: Path) -> int:
    sheet = openpyxl.load_workbook(folder / "pretest.xlsx").active
    assert sheet is not None
    column = [cell.value for cell in sheet[1]].index("1、编号") + 1
    ids = sorted(half_width(sheet.cell(row, column).value) for row in range(2, sheet.max_row + 1))
    numbers = {identifier: number for number, identifier in enumerate(ids)}
    for name in ("pretest", "posttest", "group", "sessions", "causes", "feedback"):
        plant_in_workbook(folder / f"{name}.xlsx", numbers, exported=name.endswith("test"))
    plant_in_csv(folder / "observations.csv", numbers, encoding="utf-8-sig")
    return len(ids)


def plant_in_csv(path: Path, numbers: dict[str, int], *, encoding: str) -> None:
    """New ids in a file whose first column holds them."""
    text = path.read_text(encoding=encoding)
    for identifier, number in numbers.items():
        text = re.sub(rf"(?m)^{re.escape(identifier)},", f"{canary_id(number)},", text)
    path.write_text(text, encoding=encoding)


def plant_in_laixi(folder: Path) -> int:
    frame, metadata = pyreadstat.read_sav(str(folder / "laixi.sav"), user_missing=True)
    numbers = {identifier: number for number, identifier in enumerate(frame["id"])}
    plant_in_csv(folder / "sessions.csv", numbers, encoding="gb18030")
    plant_in_csv(folder / "feedback.csv", numbers, encoding="utf-8-sig")
    frame["id"] = frame["id"].map(lambda identifier: canary_id(numbers[identifier]))
    frame["child"] = [canary_name(number) for number in range(len(frame))]
    frame["remark"] = [canary_text(number) for number in range(len(frame))]
    labels = {**metadata.column_names_to_labels, "child": "姓名", "remark": "孩子的话"}
    pyreadstat.write_sav(
        frame,
        str(folder / "laixi.sav"),
        column_labels=labels,
        variable_value_labels=metadata.variable_value_labels,
        missing_ranges=metadata.missing_ranges,
    )
    return len(frame)


PLANT = {"qichun": plant_in_qichun, "laixi": plant_in_laixi}


def canary_project(root: Path, site: str) -> tuple[Project, list[str]]:
    """An example site as if its children were real, and everything that must never be seen of them."""
    (root / "params").mkdir(parents=True)
    text = (ROOT / "params" / f"{site}.yml").read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^data_origin: synthetic", "data_origin: confidential", text)
    assert changed == 1
    (root / "params" / f"{site}.yml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "data" / site, root / "data" / site)
    (root / "reports").mkdir()
    count = PLANT[site](root / "data" / site)
    kinds = (canary_id, canary_name, canary_text, canary_address)
    return Project(root), [kind(number) for number in range(count) for kind in kinds]


# --- what is written, decoded


def decoded(content: bytes) -> Iterator[str]:
    """A file's text, and what is hidden in it: JSON and HTML escapes, GBK, base64 and compressed text, recursively."""
    if content.startswith(b"\x89PNG"):
        for kind, chunk in png_chunks(content):
            assert kind in ("IHDR", "PLTE", "IDAT", "IEND", "pHYs", "tRNS"), kind  # no text, no time, no EXIF
            assert kind != "IDAT" or zlib.decompressobj().decompress(chunk) is not None
        return
    for encoding in ("utf-8", "gb18030"):
        text = content.decode(encoding, errors="ignore")
        yield text
        yield html.unescape(text)
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    for packed in re.findall(rb"[A-Za-z0-9+/]{32,}={0,2}", re.sub(rb"\\n", b"", content)):
        try:
            inner = base64.b64decode(packed[: len(packed) // 4 * 4], validate=True)
        except ValueError:
            continue
        yield from decoded(inner)


def png_chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        yield content[at + 4 : at + 8].decode("ascii"), content[at + 8 : at + 8 + length]
        at += 12 + length


def hits(contents: dict[str, bytes], canaries: list[str]) -> list[tuple[str, str]]:
    """(where, what) of every canary that can be read, and of every pseudonym: a row's name is a row."""
    found = []
    pattern = re.compile("|".join(map(re.escape, canaries)) + r"|\bp[0-9]{3}\b")
    for name, content in contents.items():
        for text in decoded(content):
            found += [(name, match) for match in pattern.findall(text)]
    return found


def as_files(outputs: list[Output]) -> dict[str, bytes]:
    return {str(number): json.dumps(output, ensure_ascii=False).encode() for number, output in enumerate(outputs)}


def test_the_scan_finds_what_is_hidden() -> None:
    name = canary_name(3)
    picture = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0) + b"IEND" + b"\0" * 4
    hidden = {
        "plain": name.encode(),
        "gbk": name.encode("gbk"),
        "json": json.dumps({"a": name}).encode(),
        "html": "".join(f"&#{ord(character)};" for character in name).encode(),
        "base64": base64.b64encode(b"beginning of a text: " + name.encode() + b" and its end"),
        "pseudonym": b"row of p017",
    }
    assert {where for where, _ in hits(hidden, [name])} == set(hidden)
    assert hits({"picture": picture}, [name]) == []
    text = struct.pack(">I", 4) + b"tEXt" + b"a\0bc" + b"\0" * 4
    with pytest.raises(AssertionError, match="tEXt"):
        hits({"picture": picture[:8] + text + picture[8:]}, [name])


# --- reports without a kernel


def displayed(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    """Grows with everything a report of this project displays in this process."""
    shown: list[Output] = []

    def display(data: dict[str, Any], *, metadata: dict[str, Any], raw: bool) -> None:
        assert raw
        picture = {key: base64.b64encode(value).decode() for key, value in data.items() if isinstance(value, bytes)}
        shown.append((data | picture, metadata))

    monkeypatch.setattr(opening, "display", display)
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    return shown


def outputs_of(
    report: str, project: Project, monkeypatch: pytest.MonkeyPatch, **parameters: Any
) -> tuple[list[Output], dict[str, Any]]:
    """What a notebook shows, and the names it leaves; the same cells in this process."""
    shown = displayed(project, monkeypatch)
    notebook = nbformat.read(ROOT / "notebooks" / f"{report}.ipynb", as_version=4)
    names: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "<cell>", "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= parameters
    return shown, names


def blocks_of(outputs: list[Output]) -> dict[str, dict[str, Any]]:
    return {metadata[METADATA_KEY]["id"]: metadata[METADATA_KEY] for _, metadata in outputs}


def test_nothing_that_a_run_writes_or_prints_holds_a_canary(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, canaries = canary_project(tmp_path / "project", "qichun")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    arguments = ["--project", str(project.root)]
    codes = []
    for command in (["check", "qichun"], ["run", "qichun", "--report", "descriptive", "--jobs", "1"], ["list"]):
        with pytest.raises(SystemExit) as left:
            main([*command, *arguments])
        codes.append(left.value.code)
    printed = capfd.readouterr()
    assert codes == [0, 0, 0], printed.err
    written = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for folder in (project.reports, temporary)
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert {Path(name).suffix for name in written} >= {".ipynb", ".html", ".json"}
    assert hits(written | {"stdout": printed.out.encode(), "stderr": printed.err.encode()}, canaries) == []
    page = next(content for name, content in written.items() if name.endswith("descriptive.zh.html")).decode()
    assert page.count("data:image/png;base64,") > 5  # pictures were there to be scanned
    assert "没有经过保护处理" not in page


@pytest.mark.parametrize("ends_in", ["print", "error"])
def test_a_notebook_of_ones_own_that_leaks_is_published_without_the_leak(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], ends_in: str
) -> None:
    """A print of raw answers, or an exception that quotes one, is neither published nor kept after a failure."""
    project, canaries = canary_project(tmp_path / "project", "qichun")
    source = nbformat.read(project.notebook("factor"), as_version=4)
    source.cells = source.cells[:4]
    raw = "import pandas\nraw = pandas.read_excel(run.project.data_file('data/qichun/pretest.xlsx'), dtype=str)\n"
    leak = "print(raw.to_string())" if ends_in == "print" else "raw.iloc[:, 6].astype(float)"
    source.cells.append(nbformat.v4.new_code_cell(raw + leak))
    (project.root / "notebooks").mkdir(exist_ok=True)
    nbformat.write(source, project.root / "notebooks" / "factor.ipynb")
    with pytest.raises(SystemExit) as left:
        main(["run", "qichun", "--report", "factor", "--project", str(project.root)])
    assert left.value.code == (0 if ends_in == "print" else 7)
    printed = capfd.readouterr()
    written = {str(path): path.read_bytes() for path in project.reports.rglob("*") if path.is_file()}
    kept = [name for name in written if name.endswith(".failed.ipynb")]
    assert len(kept) == (0 if ends_in == "print" else 1)
    assert hits(written | {"stdout": printed.out.encode(), "stderr": printed.err.encode()}, canaries) == []


@pytest.fixture(scope="module")
def laixi(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[str]]:
    return canary_project(tmp_path_factory.mktemp("laixi"), "laixi")


@pytest.fixture(scope="module")
def shown_of_laixi(laixi: tuple[Project, list[str]]) -> Callable[[str], tuple[list[Output], dict[str, Any]]]:
    """What each report shows, made once."""

    @cache
    def shown(report: str) -> tuple[list[Output], dict[str, Any]]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            return outputs_of(report, laixi[0], monkeypatch, site="laixi")

    return shown


Shown = Callable[[str], tuple[list[Output], dict[str, Any]]]


@pytest.mark.parametrize("report", ["descriptive", "factor", "intervention"])
def test_nothing_a_report_shows_holds_a_canary(
    laixi: tuple[Project, list[str]], shown_of_laixi: Shown, report: str
) -> None:
    outputs, names = shown_of_laixi(report)
    assert hits(as_files(outputs), laixi[1]) == []
    assert shows_groups_only(executed(outputs))
    for _, metadata in outputs:
        for number in raw_numbers(metadata[METADATA_KEY]):
            assert number == round(number, 4)
    assert repr(names["study"]).endswith("(rows hidden)>")


def raw_numbers(block: Any) -> Iterator[float]:
    if isinstance(block, dict):
        for key, value in block.items():
            if key == "raw":
                yield from (part for part in (value if isinstance(value, list) else [value]) if isinstance(part, float))
            else:
                yield from raw_numbers(value)
    elif isinstance(block, list):
        for part in block:
            yield from raw_numbers(part)


def test_no_two_tables_tell_on_which_level_the_few_without_a_score_stand(shown_of_laixi: Shown) -> None:
    outputs, names = shown_of_laixi("descriptive")
    study, params = names["study"], names["params"]
    assert len(study.participants) - len(study.score("pre", "total")) == 1  # the child to be protected
    blocks = blocks_of(outputs)
    everybody = {
        row["cells"][1]["shown"]: row["cells"][2].get("raw")
        for row in blocks["descriptive.characteristics"]["rows"]
        if row["cells"][1]["shown"]
    }
    compared = {
        row["cells"][0]["shown"].strip(): row["cells"][1].get("raw")
        for row in blocks["descriptive.differences"]["rows"]
        if row["cells"][0]["shown"].startswith("\u2003")
    }
    told = {level: n for level, n in compared.items() if n is not None and level not in ("yes", "no")}
    assert len(told) > 10
    assert told == {level: everybody[level] for level in told}
    drawn = re.findall(r": ([^:,]+?) \((\d+)\) ", blocks["descriptive.groups"]["alt"])
    assert len(drawn) > 10
    assert all(everybody[level] == int(n) for level, n in drawn if level not in ("yes", "no"))
    assert len(params.group_by) == len(blocks["descriptive.spss"]["rows"])


LEVELS = ("girl", "in the middle", "divorced", "one has died")


def test_a_test_and_a_coefficient_of_few_children_are_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = canary_project(tmp_path, "qichun")
    chosen = {"group_by": ["sex", "marriage", "finance"], "regression_predictors": ["sex", "marriage", "self_rank"]}
    outputs, names = outputs_of("descriptive", project, monkeypatch, site="qichun", language="en", **chosen)
    children = names["study"].participants
    assert 0 < children["marriage"].value_counts().min() < 5
    assert int(children["finance"].isna().sum()) == 1
    blocks = blocks_of(outputs)
    tests = {row["cells"][0]["shown"]: row["cells"] for row in blocks["descriptive.differences"]["rows"]}
    assert "raw" in tests["Sex"][4]
    assert tests["Parents' marital status"][2:] == [{"shown": ""}, {"shown": "hidden"}, *[{"shown": ""}] * 4]
    assert tests["Family finances"][1]["shown"] == "hidden"
    assert "n" not in tests["Family finances"][4]
    printed = {row["cells"][0]["shown"]: row["cells"] for row in blocks["descriptive.spss"]["rows"]}
    assert printed["Parents' marital status"][1]["shown"] == "hidden"
    assert "(" not in printed["Family finances"][3]["shown"]  # degrees of freedom
    assert "(" in printed["Sex"][3]["shown"]
    characteristics = blocks["descriptive.characteristics"]["rows"]
    finance = [row["cells"] for row in characteristics if row["cells"][1]["shown"] in ("rather poor", "average")]
    assert [["raw" in cell for cell in cells[2:]] for cells in finance] == [[True, False]] * 2  # no denominator of 53
    coefficients = [row["cells"] for row in blocks["descriptive.regression"]["rows"]]
    shown = {word: ["raw" in cells[1] for cells in coefficients if word in cells[0]["shown"]] for word in LEVELS}
    assert shown == {"girl": [True], "in the middle": [True], "divorced": [False], "one has died": [False]}
    drawn = blocks["descriptive.regression.figure"]["alt"]
    assert [word in drawn for word in LEVELS] == [True, True, False, False]
    related = {row["cells"][0]["shown"]: row["cells"] for row in blocks["descriptive.related"]["rows"]}
    assert "raw" not in related["Family finances"][1]
    assert "df" not in related["Family finances"][4]
    assert "raw" in related["Grade"][1]


def test_shares_ends_and_full_houses_are_bounds(shown_of_laixi: Shown) -> None:
    outputs, names = shown_of_laixi("descriptive")
    blocks, study = blocks_of(outputs), names["study"]
    attended = study.sessions.groupby("session")["attended"]
    assert attended.all().any()  # at one session everybody was there
    assert all("raw" not in row["cells"][2] for row in blocks["descriptive.sessions"]["rows"])
    bars = re.findall(r"([0-9.]+) to ([0-9.]+): ([0-9]+)", blocks["descriptive.distribution"]["alt"])
    assert (bars[0][0], bars[-1][1]) == ("1.00", "5.00")  # not where the lowest and the highest child stand
    assert sum(int(n) for _, _, n in bars) == len(study.score("pre", "total"))
    answers = study.item_table("pre", "liang2000")
    for item, row in zip(answers, blocks["descriptive.items.liang2000"]["rows"], strict=True):
        given = answers[item].dropna()
        below, floor, ceiling = row["cells"][5:]
        between = [(given == 2).sum() if "raw" in floor else 5, ((given == 3) | (given == 4)).sum()]
        assert ("raw" in below) == (min(between) >= 5)
        assert ("raw" in ceiling) == ((given == 5).sum() >= 5)
        assert ("raw" in floor) == ((given == 1).sum() >= 5)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"n": 1, "wave": "pre"}, {"n": "<5", "wave": "pre"}),
        ({"n": 7, "share": 0.8}, {"n": 7, "share": 0.8}),
        ({"n_present": 52, "n_matched": 50}, {"n_present": 52, "n_matched": ">47"}),
        ({"n_present": 12, "n_matched": 11, "n_expected": 54}, {"n_present": 12, "n_matched": ">7", "n_expected": 54}),
        ({"n_present": 52, "n_matched": 40, "n_expected": 60}, {"n_present": 52, "n_matched": 40, "n_expected": 60}),
    ],
)
def test_counts_in_warnings_are_bounded(values: dict[str, Any], expected: dict[str, Any]) -> None:
    assert bounded(values, smallest=5) == expected
    assert bounded(values, smallest=1) == values


# --- what academics write themselves


def executed(outputs: list[Output], *extra: nbformat.NotebookNode) -> nbformat.NotebookNode:
    made = [nbformat.v4.new_output("display_data", data=data, metadata=metadata) for data, metadata in outputs]
    cells = [nbformat.v4.new_code_cell("show()", outputs=[*made, *extra], execution_count=1)]
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=cells)
    return notebook


def loose_outputs(frame: pd.DataFrame, canary: str) -> list[nbformat.NotebookNode]:
    """The last line of a cell, a print, a picture, a traceback."""
    data = {"text/plain": f"{frame} {canary}", "text/html": f"<b>{canary}</b>"}
    picture = {"image/png": base64.b64encode(canary.encode()).decode(), "text/plain": "<Figure>"}
    return [
        nbformat.v4.new_output("execute_result", data=data, execution_count=1),
        nbformat.v4.new_output("stream", name="stdout", text=canary),
        nbformat.v4.new_output("display_data", data=picture),
        nbformat.v4.new_output("error", ename="KeyError", evalue=canary, traceback=[canary]),
    ]


@pytest.mark.parametrize(
    ("site", "parameters", "withheld"),
    [
        ({}, {}, True),
        ({}, {"profile": "internal"}, False),
        ({"data_origin": "public"}, {}, False),
    ],
)
def test_loose_outputs_are_withheld_from_pages_of_confidential_data(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    site: dict[str, Any],
    parameters: dict[str, Any],
    withheld: bool,
) -> None:
    run, outputs = opened(tmp_path, monkeypatch, site, **parameters)
    canary = canary_text(1)
    notebook = executed(outputs, *loose_outputs(run.study.participants, canary))
    assert shows_groups_only(notebook) is withheld
    page = render_page(notebook, language="en", title="x")
    said = Wording("en").text(say("protection.withheld"))
    assert (hits({"page": page.encode()}, [canary]) == []) is withheld
    assert page.count(html.escape(said)) == (3 if withheld else 0)
    kept = only_blocks(notebook, language="zh")
    assert hits({"notebook": nbformat.writes(kept).encode()}, [canary]) == []
    assert [o.get("ename") for o in kept.cells[0].outputs if o.output_type == "error"] == ["KeyError"]
    assert hits({"notebook": nbformat.writes(notebook).encode()}, [canary]) != []  # the one given is not changed


def opened(
    root: Path, monkeypatch: pytest.MonkeyPatch, site: dict[str, Any] | None = None, **parameters: Any
) -> tuple[Run, list[Output]]:
    toy = Toy(root)
    toy.site |= site or {}
    project = toy.write()
    shown = displayed(project, monkeypatch)
    return open_report("descriptive", {"site": "village", "language": "en", **parameters}), shown


def test_of_people_only_the_number_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, shown = opened(tmp_path, monkeypatch)
    study = run.study
    run.show(study.participants, study.scores["score"], study.participants.index, study.participants.head(3))
    texts = [data["text/plain"] for data, _ in shown[1:]]
    columns = study.participants.shape[1]
    assert texts == [
        f"{N_CHILDREN} rows x {columns} columns (hidden)",
        f"{len(study.scores)} rows x 1 columns (hidden)",
        f"{N_CHILDREN} rows x 1 columns (hidden)",
        f"fewer than 5 rows x {columns} columns (hidden)",
    ]
    assert hits(as_files(shown), ["kid0"]) == []
    for wrong in (study, 3, "kid001", None):
        with pytest.raises(TypeError) as refused:
            run.show(wrong)  # type: ignore[arg-type]
        assert type(wrong).__name__ in str(refused.value)
        assert "kid" not in str(refused.value)


@pytest.mark.parametrize(
    ("site", "parameters", "allowed"),
    [
        ({"minimum_cell": 12}, {}, True),
        ({"minimum_cell": 13}, {}, False),
        ({"minimum_cell": 13}, {"profile": "internal"}, True),
        ({"minimum_cell": 13, "data_origin": "synthetic"}, {}, True),
    ],
)
def test_no_report_to_share_is_about_fewer_children_than_a_cell_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: dict[str, Any], parameters: dict[str, Any], allowed: bool
) -> None:
    if allowed:
        assert opened(tmp_path, monkeypatch, site, **parameters)[1]
        return
    with pytest.raises(PrivacyError) as refused:
        opened(tmp_path, monkeypatch, site, **parameters)
    assert [finding.code for finding in refused.value.findings] == ["privacy.group_too_small"]


def test_a_group_of_few_members_is_not_evaluated_for_sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy(tmp_path)
    toy.site |= {"reports": ["intervention"], "minimum_cell": 10}
    toy.site["intervention"] = {
        "selection_rule": "volunteers",
        "comparison_group": "same_survey_not_chosen",
        "primary_outcome": "all_items",
    }
    project = toy.write()
    monkeypatch.setenv("EFFICACY_PROJECT", str(project.root))
    with pytest.raises(PrivacyError):
        open_report("intervention", {"site": "village"})


# --- awkward sites

NASTY = '<script>alert("x")</script> **b** [l](javascript:x) \\frac{1}{2} $a_$ {n} {} %s =1+1 「引号"\n新行'


def awkward(root: Path, n_items: int) -> Project:
    """A confidential site whose every label is NASTY, with as many items, and a large smallest cell."""
    toy = Toy(root)

    def label() -> dict[str, str]:  # a new one each time: the parameter files have no aliases
        return {"zh": f"{NASTY} {'很长的名字' * 40}", "en": f"{NASTY} {'a very long name ' * 12}"}

    numbers = list(range(1, n_items + 1))
    toy.instrument["items"] = [{"number": n, "name": f"i{n}", "label": label()} for n in numbers]
    half = max(n_items // 2, 1)
    toy.instrument["scales"] = [
        {"id": "first", "label": label(), "items": numbers[:half]},
        {"id": "second", "label": label(), "items": numbers[half:]},
        {"id": "all_items", "label": label(), "items": numbers, "kind": "total"},
    ]
    toy.instrument["title"] = label()
    header = ["编号", "性别", "年龄", "组别", *(f"T{n}" for n in numbers)]
    rows = [
        [f"kid{child:03d}", "男" if child % 2 else "女", str(9 + child % 4), "小组" if child % 3 else "其他"]
        + [str(1 + (child * n + child // 3) % 5) for n in numbers]
        for child in range(40)
    ]
    toy.tables = {
        "pre.csv": [header, *rows],
        "post.csv": [["编号", *header[4:]], *([row[0], *row[:3:-1]] for row in rows)],
    }
    toy.site |= {
        "title": label(),
        "population": label(),
        "minimum_cell": 30,
        "descriptive": {"group_by": ["sex"]},
    }
    toy.site["instruments"][0]["columns"] = dict.fromkeys(("pre", "post"), f"T1..T{n_items}")
    toy.site["covariates"][0]["label"] = label()
    for level in (*toy.site["covariates"][0]["levels"], *toy.site["arms"]["levels"]):
        level["label"] = label()
    return toy.write()


@pytest.mark.parametrize(("n_items", "language"), [(2, "zh"), (60, "en")])
def test_awkward_names_and_large_cells_make_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_items: int, language: str
) -> None:
    project = awkward(tmp_path, n_items)
    outputs, _ = outputs_of("descriptive", project, monkeypatch, site="village", language=language)
    page = render_page(executed(outputs), language=language, title=NASTY)  # type: ignore[arg-type]
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<b>b</b>" not in page and "<strong>b" not in page
    rows = blocks_of(outputs)["descriptive.differences"]["rows"]
    assert all("raw" not in cell for row in rows for cell in row["cells"][1:])  # every level has fewer than 30
    yaml.safe_load(json.dumps([metadata for _, metadata in outputs]))  # plain JSON throughout


def test_what_is_wrong_is_said_to_whoever_opens_a_report_by_hand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EFFICACY_PROJECT", str(Path(__file__).parents[1]))
    with pytest.raises(ParameterError):
        open_report("factor", {"site": "qichun", "language": "en", "instrument": "liang200"})
    said = capsys.readouterr().err
    assert "notebooks/factor.ipynb" in said
    assert "liang2000" in said
