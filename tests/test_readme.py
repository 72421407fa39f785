"""The README's commands, performed: a newcomer's own 问卷星 file to a report in six steps."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
STEPS = README.split("in six steps")[1].split("\n## ")[0]


def run(command, folder):
    """A command of the README, by the interpreter of these tests."""
    words = shlex.split(command)
    assert words[0] == "efficacy"
    environment = {name: value for name, value in os.environ.items() if name != "EFFICACY_PROJECT"}
    done = subprocess.run(
        [sys.executable, "-m", "efficacy", *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_there_are_six_numbered_steps():
    assert re.findall(r"^(\d)\. ", STEPS, flags=re.MULTILINE) == list("123456")


def test_the_six_steps(tmp_path):
    new, check, make = re.findall(r"`(efficacy [^`]+)`", STEPS)
    data_path, params_path = (re.search(pattern, STEPS).group(1) for pattern in (r"`(\S+\.xlsx)`", r"`(\S+\.yml)`"))

    code, said = run(f"{new} --language en", tmp_path)
    assert code == 0, said
    shutil.copy(ROOT / "data" / "qichun" / "pretest.xlsx", tmp_path / data_path)
    home = tmp_path / "my_study"

    code, said = run(f"{check} --language en", home)
    assert code == 4, "the disputed key has to be answered first"
    assert "14" in said

    params = tmp_path / params_path
    text = params.read_text(encoding="utf-8")
    for before, after in (
        ("Q4..Q25", "Q15..Q36"),
        ("    # reverse_confirmed_by", "    reverse_confirmed_by"),
        ('    # reverse: {"14"', '    reverse: {"14"'),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    params.write_text(text, encoding="utf-8")

    code, said = run(f"{check} --language en", home)
    assert code == 3, "a grade that the parameters do not know"
    assert "survey.xlsx" in said
    last = "      - {value: g6, label: {zh: 六年级, en: grade 6}, accepts: [六年级]}\n"
    more = "".join(
        f"      - {{value: g{number}, label: {{zh: {name}, en: grade {number}}}, accepts: [{name}]}}\n"
        for number, name in ((7, "七年级"), (8, "八年级"))
    )
    assert text.count(last) == 1
    params.write_text(text.replace(last, last + more), encoding="utf-8")

    code, said = run(f"{check} --language en", home)
    assert code == 0, said
    assert "54" in said
    code, said = run(make, home)
    assert code == 0, said
    assert (home / "reports" / "index.html").is_file()
    pages = sorted(path.name for path in (home / "reports" / "my_site").glob("*.html"))
    assert pages == ["descriptive.en.html", "factor.en.html"]
    ignored = subprocess.run(["git", "init", "-q"], cwd=home, check=True, capture_output=True) and subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=home,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "survey.xlsx" not in ignored.stdout
    assert ".html" not in ignored.stdout


def test_every_file_the_readme_links_to_exists():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_targets_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"```bash\nmake (\w+)\n```", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_library_example_gives_what_it_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL).group(1)
    namespace = {}
    exec(compile(code, "README.md", "exec"), namespace)
    assert 0 < namespace["alpha"].conf_low < namespace["alpha"].estimate < namespace["alpha"].conf_high < 1


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
