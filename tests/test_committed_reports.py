"""The committed reports of the example sites: small, one language each, and made from what stands here.

That they come out the same when they are run again is proven by nbval (`make notebooks`, part of `make test`).
"""

import hashlib
import re
from pathlib import Path

import nbformat
import pytest

from efficacy.params import load_parameters, resolve
from efficacy.project import Project

ROOT = Path(__file__).parents[1]
PROJECT = Project(ROOT)
REPORTS = sorted(path for path in PROJECT.reports.glob("*/*.ipynb") if path.parent.name in PROJECT.parameter_names())
LANGUAGE = {
    "qichun": "zh",
    "laixi": "en",
    "shiqiao": "zh",
    "hekou": "en",
    "pooled_villages": "zh",
    "baumann": "zh",
    "bfi": "en",
    "case_l": "zh",
    "three_girls": "en",
    "sizhoutou": "zh",
    "casework": "en",
    "next_village": "zh",
}
MAXIMUM_BYTES = 5_000_000


def blocks(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.metadata["efficacy"] for output in outputs]


def test_they_are_small():
    assert sum(path.stat().st_size for path in REPORTS) < MAXIMUM_BYTES


@pytest.mark.parametrize("site", sorted(LANGUAGE))
def test_the_language_of_each_site_is_declared(site):
    loaded = load_parameters(site, project=PROJECT)
    for report in loaded.content.reports:
        assert resolve(loaded, report).language == LANGUAGE[site]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}.{path.stem}")
class TestEach:
    def test_holds_no_path_time_or_machine(self, path):
        text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
        assert re.search(r'"/(home|root|tmp|Users|work)/|C:\\\\\\\\', text) is None
        assert "start_time" not in text
        assert "papermill" not in nbformat.read(path, as_version=4).metadata

    def test_was_made_from_the_data_and_parameters_that_stand_here(self, path):
        """The colophon names the inputs; a changed file means the report has to be made again."""
        colophon = blocks(path)[-1]
        assert colophon["id"].endswith(".colophon")
        shown = {row["cells"][0]["shown"]: row["cells"][1]["shown"] for row in colophon["rows"]}
        files = {what: digest for what, digest in shown.items() if "data/" in what}
        assert files or colophon["id"] == "design.colophon", "only a plan has no data yet"
        for what, digest in files.items():
            name = re.search(r"data/[\w./]+", what).group(0)
            content = (ROOT / name).read_bytes()
            assert hashlib.sha256(content).hexdigest().startswith(digest), name
