"""What is installed is what was tested: the wheel, the lock, the other roads to the same versions."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook

ROOT = Path(__file__).parents[1]
CLIENT_PACKAGES = {
    "jupyterlab",
    "papermill",
    "pandas",
    "seaborn",
    "pingouin",
    "factor_analyzer",
    "nbconvert",
    "pytest",
    "nbval",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this tree, outside it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def package_names(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        name = path.relative_to(root)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
            yield name.as_posix()


def test_the_wheel_holds_the_whole_package_and_the_notebooks(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"efficacy/{name}" for name in package_names(ROOT / "src" / "efficacy")}
    expected |= {f"efficacy/_notebooks/{name}" for name in package_names(ROOT / "notebooks")}
    assert {name for name in names if name.startswith("efficacy/")} == expected
    outside = {name.split("/")[0] for name in names} - {"efficacy"}
    assert len(outside) == 1 and outside.pop().endswith(".dist-info"), "no tests, data or reports"
    assert "efficacy/_notebooks/descriptive.ipynb" in names


def test_the_wheel_brings_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "efficacy = efficacy.cli:main" in archive.read(name).decode()


# ---- a user's own project, from the wheel alone


def survey(path: Path) -> None:
    """A 问卷星 export as the starter's parameter file expects it: id, sex, grade, 22 items; invented answers."""
    draw = random.Random(1)
    answers = ("完全不符合", "比较不符合", "不确定", "比较符合", "完全符合")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    items = [f"{number}、第{number - 3}题" for number in range(4, 26)]
    sheet.append(
        ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、编号", "2、性别", "3、年级", *items]
    )
    for number in range(1, 61):
        level = draw.gauss(0, 1)
        given = [answers[min(4, max(0, round(2 + level + draw.gauss(0, 0.8))))] for _ in items]
        child = [f"N{number:03d}", draw.choice("男女"), draw.choice(["四年级", "五年级", "六年级"])]
        lead = [
            number,
            f"2026/3/{1 + number % 9} 10:{number % 60:02d}:00",
            f"{200 + number}秒",
            "手机",
            "直接访问",
            "10.0.0.1",
        ]
        sheet.append([*lead, *child, *given])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def test_an_installed_wheel_makes_a_project_and_runs_it(wheel: Path, tmp_path: Path) -> None:
    installed, folder = tmp_path / "installed", tmp_path / "study"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(installed), str(wheel)], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    environment.pop("EFFICACY_PROJECT", None)

    def efficacy(*arguments: str, cwd: Path = folder) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "efficacy", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    made = efficacy("new", "study", "--language", "zh", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    unfinished = efficacy("check")
    assert unfinished.returncode == 4, unfinished.stderr  # the questionnaire's disputed keys are not confirmed
    assert "14" in unfinished.stderr and "改法" in unfinished.stderr
    params = folder / "params" / "my_site.yml"
    text = params.read_text(encoding="utf-8")
    text = text.replace("# reverse_confirmed_by", "reverse_confirmed_by").replace("# reverse:", "reverse:")
    params.write_text(
        text.replace(
            '"14": true, "16": true, "17": true, "20": true', '"14": false, "16": false, "17": false, "20": false'
        ),
        encoding="utf-8",
    )
    assert efficacy("check").returncode == 3  # the data are not there yet
    survey(folder / "data" / "my_site" / "survey.xlsx")
    checked = efficacy("check")
    assert checked.returncode == 0, checked.stderr
    assert "60" in checked.stdout
    ran = efficacy("run", "--report", "descriptive")
    assert ran.returncode == 0, ran.stderr
    assert {path.name for path in (folder / "reports" / "my_site").iterdir() if path.suffix != ".lock"} == {
        "descriptive.zh.html",
        "descriptive.zh.ipynb",
        "descriptive.zh.manifest.json",
    }
    page = (folder / "reports" / "my_site" / "descriptive.zh.html").read_text(encoding="utf-8")
    assert "我的调查点" in page
    assert "N001" not in page and str(tmp_path) not in page
    assert 'href="my_site/descriptive.zh.html"' in (folder / "reports" / "index.html").read_text(encoding="utf-8")


# ---- the lock and the other roads


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lock() -> dict[str, set[str]]:
    """Name -> versions (several where they depend on the interpreter)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock_text(), flags=re.MULTILINE):
        found.setdefault(normalised(name), set()).add(version)
    return found


def lock_text() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def pyproject() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_lock_has_hashes_and_no_address() -> None:
    text = lock_text()
    assert "://" not in text and "index-url" not in text and "find-links" not in text
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if "==" in entry.split("\n")[0]:
            assert "--hash=sha256:" in entry, entry.split("\n")[0]


def test_the_lock_holds_every_declared_dependency() -> None:
    project = pyproject()["project"]
    assert isinstance(project, dict)
    declared = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    names = {normalised(re.match(r"[A-Za-z0-9._-]+", text)[0]) for text in declared}  # type: ignore[index]
    assert names - {"efficacy"} <= set(lock())


def test_conda_s_versions_are_the_lock_s() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pinned = dict(text.split("=") for text in environment["dependencies"] if isinstance(text, str) and "=" in text)
    assert pinned.pop("python") == "3.11"
    assert set(pinned) == CLIENT_PACKAGES
    assert "pip" in environment["dependencies"]
    for name, version in pinned.items():
        assert lock()[normalised(name)] == {version}, name


def test_pre_commit_uses_local_hooks_only() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repository["repo"] for repository in hooks["repos"]} == {"local"}
    (notebooks,) = (h for h in hooks["repos"][0]["hooks"] if h["id"] == "notebooks-without-outputs")
    assert re.search(notebooks["entry"], '"execution_count": 3') and re.search(notebooks["entry"], '"output_type": "x"')
    assert not re.search(notebooks["entry"], '"execution_count": null,\n   "outputs": []')


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("target", "needs"),
    [
        ("setup", ["--require-hashes -r requirements.lock", "--no-deps --no-build-isolation -e ."]),
        ("reports", ["efficacy run"]),
        ("test", ["-m pytest"]),
        ("check", ["ruff format --check", "ruff check", "mypy", "lint-imports", "-m pytest"]),
        ("lab", ["jupyter lab"]),
    ],
)
def test_make_targets_do_what_the_readme_says(target: str, needs: list[str], tmp_path: Path) -> None:
    command = ["make", "--dry-run", target, f"VENV={tmp_path / 'none'}"]
    steps = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    positions = [steps.index(need) for need in ["--require-hashes", *needs]]
    assert positions == sorted(positions), "in this order, after the environment was built"


def test_the_gate_is_make_check() -> None:
    gate = ROOT / ".ci" / "run"
    text = gate.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash") and "set -euo pipefail" in text and "make check" in text
    if os.name == "posix":
        assert os.access(gate, os.X_OK)
        assert subprocess.run(["bash", "-n", str(gate)], check=False).returncode == 0
