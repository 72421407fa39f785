"""From raw files to reports, as a user does it: every kind of report, both languages, real kernels.

The committed reports hold one language of each site and are proven by nbval; here every report is made once in its
other language, in a project of its own.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import openpyxl
import papermill
import pyreadstat
import pytest
import yaml

ROOT = Path(__file__).parents[1]
MADE = {
    "qichun": ("en", ("descriptive", "factor", "intervention")),
    "laixi": ("zh", ("intervention",)),
    "case_l": ("en", ("single_case",)),
    "sizhoutou": ("en", ("bottom_share",)),
    "casework": ("zh", ("casework",)),
    "pooled_villages": ("en", ("pooled",)),
    "next_village": ("en", ("design",)),
}
"""Parameter file -> language, and the reports made of it: every kind once, the outcome report of two designs."""
ALSO = ("shiqiao", "hekou")  # only their data are needed: the pooled analysis reads them
ADDRESS = re.compile(r"""(?:src|href|data|action)\s*=\s*["']?\s*(?:https?:)?//|@import|url\((?!data:)""", re.IGNORECASE)


def efficacy(project, *arguments):
    environment = dict(os.environ, EFFICACY_PROJECT=str(project), PYTHONHASHSEED="0")
    return subprocess.run(
        [sys.executable, "-m", "efficacy", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def copy_of(folder, *sites):
    """A project with the example sites' parameters and data and this checkout's notebooks."""
    for site in sites:
        if (ROOT / "data" / site).is_dir():
            shutil.copytree(ROOT / "data" / site, folder / "data" / site)
        (folder / "params").mkdir(exist_ok=True)
        shutil.copy(ROOT / "params" / f"{site}.yml", folder / "params")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def change(project, site, edit):
    path = project / "params" / f"{site}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for wave in content.get("waves", []):
        if "day" in wave:
            wave["day"] = wave["day"].isoformat()
    for planned in content.get("plan", {}).get("sessions", []):
        if "day" in planned:
            planned["day"] = planned["day"].isoformat()
    edit(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str), encoding="utf-8")  # JSON is YAML


def blocks(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return {
        o.metadata["efficacy"]["id"]: o.metadata["efficacy"] for o in outputs if "efficacy" in o.get("metadata", {})
    }


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Every kind of report, in the language that is not committed, made once."""
    project = copy_of(tmp_path_factory.mktemp("project"), *MADE, *ALSO)
    for site, (language, reports) in MADE.items():

        def edit(content, language=language, reports=reports):
            content["defaults"].update(language=language)
            if "reports" in content:
                content["reports"] = list(reports)

        change(project, site, edit)
    done = efficacy(project, "run", *MADE)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


class Page(HTMLParser):
    """What a reader and a screen reader get."""

    def __init__(self, text):
        super().__init__()
        self.language, self.images, self.scripts, self.text, self.inside = None, [], 0, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if tag == "img":
            self.images.append(given)
        self.scripts += tag == "script"
        if tag in ("style", "pre"):
            self.inside = tag

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        if self.inside is None:
            self.text.append(data)


class TestEveryReport:
    def pages(self, made):
        for site, (language, reports) in MADE.items():
            for report in reports:
                path = made / "reports" / site / f"{report}.{language}.html"
                yield site, language, path, path.read_text(encoding="utf-8")

    def test_every_declared_report_is_there_whole(self, made):
        for site, (language, reports) in MADE.items():
            names = {path.name for path in (made / "reports" / site).iterdir() if not path.name.startswith(".")}
            expected = {f"{r}.{language}.{e}" for r in reports for e in ("ipynb", "html", "manifest.json")}
            assert names == expected
        assert (made / "reports" / "index.html").is_file()

    def test_pages_open_offline_and_in_their_language(self, made):
        for _, language, path, text in self.pages(made):
            page = Page(text)
            assert ADDRESS.search(re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)) is None, path.name
            assert page.language == {"zh": "zh-CN", "en": "en"}[language]
            assert page.scripts == 0
            words = re.sub(r"\s+", "", "".join(page.text))
            chinese = len(re.findall(r"[\u4e00-\u9fff]", words)) / len(words)
            assert chinese > 0.3 if language == "zh" else chinese < 0.02, (path.name, chinese)

    def test_every_figure_says_its_data_in_words(self, made):
        for _, _, path, text in self.pages(made):
            for image in Page(text).images:
                assert image["src"].startswith("data:image/png;base64,"), path.name
                assert len(re.findall(r"\d", image["alt"])) >= 3, (path.name, image["alt"])

    def test_whose_data_these_are_stands_on_every_page(self, made):
        said = {"zh": "合成", "en": "synthetic"}
        for site, language, _, text in self.pages(made):
            if site == "next_village":  # a plan has no data yet
                continue
            banner = re.search(r'<p class="ef-sentence ef-banner">(.*?)</p>', text, re.DOTALL)
            assert said[language] in banner.group(1), site

    def test_no_output_is_left_without_a_block(self, made):
        for site, (language, reports) in MADE.items():
            for report in reports:
                notebook = nbformat.read(made / "reports" / site / f"{report}.{language}.ipynb", as_version=4)
                for cell in notebook.cells:
                    for output in cell.get("outputs", []):
                        assert "efficacy" in output.get("metadata", {}), (site, report, cell.source)

    def test_no_child_is_named(self, made):
        canaries = {
            "qichun": {str(r[6].value) for r in openpyxl.load_workbook(ROOT / "data/qichun/pretest.xlsx").active.rows},
            "laixi": set(pyreadstat.read_sav(ROOT / "data/laixi/laixi.sav")[0].iloc[:, 0].astype(str)),
        }
        addresses = {str(r[5].value) for r in openpyxl.load_workbook(ROOT / "data/qichun/pretest.xlsx").active.rows}
        for site, ids in canaries.items():
            assert len(ids) > 50
            for path in (made / "reports" / site).iterdir():
                text = re.sub(
                    r'"image/png": "[^"]*"|data:image/png;base64,[A-Za-z0-9+/=]+', "", path.read_text("utf-8")
                )
                found = [word for word in ids | addresses if len(word) > 3 and word in text]
                assert found == [], path.name

    def test_a_second_run_changes_nothing(self, made):
        before = {path: path.stat().st_mtime_ns for path in (made / "reports").rglob("*.ipynb")}
        again = efficacy(made, "run", *MADE)
        assert again.returncode == 0
        assert {path: path.stat().st_mtime_ns for path in (made / "reports").rglob("*.ipynb")} == before

    def test_by_hand_gives_the_same_numbers_as_the_runner(self, made, tmp_path, monkeypatch):
        monkeypatch.setenv("EFFICACY_PROJECT", str(made))
        by_hand = tmp_path / "out.ipynb"
        papermill.execute_notebook(
            str(made / "notebooks" / "factor.ipynb"), str(by_hand), {"site": "qichun"}, progress_bar=False
        )
        assert blocks(by_hand) == blocks(made / "reports" / "qichun" / "factor.en.ipynb")


@pytest.fixture(scope="session")
def changed(tmp_path_factory):
    """qichun with another language, number of factors, confidence level and grouping, as confidential data."""
    project = copy_of(tmp_path_factory.mktemp("changed"), "qichun")

    def edit(content):
        content["data_origin"] = "confidential"
        content["defaults"].update(language="en", conf_level=0.9)
        content["factor"]["n_factors"] = 3
        content["descriptive"]["group_by"] = ["guardian", "boarding"]

    change(project, "qichun", edit)
    done = efficacy(project, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    return project / "reports" / "qichun"


class TestChangedParameters:
    def test_language(self, changed):
        assert {path.name.split(".")[1] for path in changed.glob("*.ipynb")} == {"en"}

    def test_number_of_factors(self, changed):
        columns = [column["role"] for column in blocks(changed / "factor.en.ipynb")["factor.loadings"]["columns"]]
        assert columns == ["item", "loading F1", "loading F2", "loading F3", "communality"]

    def test_confidence_level(self, changed):
        table = blocks(changed / "factor.en.ipynb")["factor.reliability"]
        assert "90% CI" in [column["header"] for column in table["columns"]]

    def test_grouping_variables(self, changed):
        text = json.dumps(blocks(changed / "descriptive.en.ipynb"), ensure_ascii=False)
        assert "Main guardian" in text
        assert "Boards at school" in text
        table = next(b for i, b in blocks(changed / "descriptive.en.ipynb").items() if i == "descriptive.differences")
        labels = " ".join(cell["shown"] for row in table["rows"] for cell in row["cells"])
        assert "Class cadre" not in labels

    def test_confidential_counts_of_few_children_are_not_shown(self, changed):
        for path in changed.glob("*.ipynb"):
            for name, block in blocks(path).items():
                columns = [column["role"] for column in block.get("columns", [])]
                if "n" not in columns or "level" not in columns:
                    continue
                for row in block["rows"]:
                    raw = row["cells"][columns.index("n")].get("raw") if not row.get("heading") else None
                    assert raw is None or raw == 0 or raw >= 5, (path.name, name, row)

    def test_the_banner_says_confidential(self, changed):
        for path in changed.glob("*.ipynb"):
            assert "Confidential" in blocks(path)["banner"]["text"]


def test_a_misspelt_key_names_the_nearest_and_writes_nothing(tmp_path):
    project = copy_of(tmp_path, "qichun")
    path = project / "params" / "qichun.yml"
    text = path.read_text(encoding="utf-8").replace("n_factors:", "n_factor:")
    path.write_text(text, encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "n_factor:" in row)
    done = efficacy(project, "run", "--language", "en")
    assert done.returncode == 4
    assert f"params/qichun.yml line {line}" in done.stdout + done.stderr
    assert "n_factors" in done.stdout + done.stderr
    assert not (project / "reports").exists() or not any((project / "reports").rglob("*.ipynb"))
