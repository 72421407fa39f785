"""The notebook rules: a notebook asks questions and shows answers; it holds no logic, number or conclusion."""

import ast
from pathlib import Path

import nbformat
import pytest

from efficacy.params import REPORT_MODELS

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SETUP = (
    "import efficacy as ef\n\n"
    'run = ef.open_report("{report}", globals())\n'
    "study, params, page, show = run.study, run.params, run.page, run.show"
)
MAXIMUM_LINES = 12
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Try,
    ast.With,
    ast.Import,
    ast.ImportFrom,
    ast.Global,
)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def analysis_cells(notebook):
    return code_cells(notebook)[2:]


def test_there_is_one_notebook_per_report():
    assert {path.stem for path in NOTEBOOKS} == set(REPORT_MODELS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestRules:
    def test_is_valid_without_outputs_and_with_fixed_cell_ids(self, path):
        notebook = read(path)
        nbformat.validate(notebook)
        assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))
        assert all(cell.id.startswith(f"{path.stem}-") for cell in notebook.cells)
        assert notebook.metadata.kernelspec.name == "python3"

    def test_opens_with_a_title(self, path):
        first = read(path).cells[0]
        assert first.cell_type == "markdown"
        assert first.source.startswith("# ")

    def test_the_parameters_cell_holds_every_field_of_the_model_and_nothing_else(self, path):
        tagged = [cell for cell in code_cells(read(path)) if "parameters" in cell.metadata.get("tags", [])]
        assert len(tagged) == 1
        assigned = {}
        for statement in ast.parse(tagged[0].source).body:
            assert isinstance(statement, ast.Assign)
            assigned[statement.targets[0].id] = ast.literal_eval(statement.value)
        assert set(assigned) == {"site", *REPORT_MODELS[path.stem].model_fields}
        assert isinstance(assigned.pop("site"), str)
        assert set(assigned.values()) == {None}

    def test_the_setup_cell_is_the_same_everywhere(self, path):
        assert code_cells(read(path))[1].source == SETUP.format(report=path.stem)

    def test_prose_stands_in_both_languages_next_to_each_other(self, path):
        tags = [cell.metadata.tags for cell in read(path).cells if cell.cell_type == "markdown"]
        assert tags == [["lang-zh"], ["lang-en"]] * (len(tags) // 2)
        texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
        for chinese, english in zip(texts[::2], texts[1::2], strict=True):
            assert chinese.count("#") == english.count("#")

    def test_every_code_cell_answers_a_question(self, path):
        cells = [cell for cell in read(path).cells if cell.cell_type == "code" or "lang-zh" in cell.metadata.tags]
        kinds = [cell.cell_type for cell in cells]
        assert kinds[:3] == ["markdown", "code", "code"]
        assert kinds[3:] == ["markdown", "code"] * (len(kinds[3:]) // 2)

    def test_a_code_cell_holds_no_logic(self, path):
        for cell in analysis_cells(read(path)):
            assert len(cell.source.splitlines()) <= MAXIMUM_LINES, cell.source
            for node in ast.walk(ast.parse(cell.source)):
                assert not isinstance(node, FORBIDDEN), cell.source
                if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
                    assert node.value in (0, 1, -1, True, False), cell.source
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert "/" not in node.value and "\\" not in node.value, cell.source
                    assert " " not in node.value, f"prose in code: {cell.source}"

    def test_no_cell_takes_the_name_of_a_parameter(self, path):
        """Running the setup cell again must find the parameters as they were."""
        for cell in analysis_cells(read(path)):
            assigned = {
                n.id
                for n in ast.walk(ast.parse(cell.source))
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            assert not assigned & {"site", *REPORT_MODELS[path.stem].model_fields}, cell.source

    def test_a_code_cell_ends_by_showing_something(self, path):
        for cell in analysis_cells(read(path)):
            last = ast.parse(cell.source).body[-1]
            if isinstance(last, ast.For):
                last = last.body[-1]
            assert isinstance(last, ast.Expr) and isinstance(last.value, ast.Call), cell.source
            assert last.value.func.id == "show", cell.source

    def test_ends_with_the_colophon(self, path):
        assert code_cells(read(path))[-1].source == "show(run.colophon())"
