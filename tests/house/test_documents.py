"""README and the help pages say what the command line says, and what they show can be run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.cli_help import OPTION, calls, help_of, options_of, verbs_of
from tests.house.tracked import CHECKOUT, name_of, python_files, tracked

README = CHECKOUT / "README.md"
REFERENCE = CHECKOUT / "resources/help/command-line.md"
PAGES = [README, *(path for path in tracked() if name_of(path).startswith("resources/help/") and path.suffix == ".md")]
WITH_VALUE = ("--store", "--request-id", "--log-level", "--log-file")
BLOCK = re.compile(r"^(<!-- run -->\n)?```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = pytest.mark.parametrize("page", PAGES, ids=name_of)


def _shown_calls(page: Path) -> Iterator[list[str]]:
    """Yield the words after each `rmos-console` in code spans and code blocks."""
    text = page.read_text(encoding="utf-8")
    code = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [line for block in code for line in block.replace("\\\n", " ").splitlines()] + spans:
        for call in re.findall(r"(?:^|[\s($|;&])rmos-console(?:\s+([^|;&#]*))?", re.sub(r"[()]", " ", line)):
            yield call.replace("|", " ").split()


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the verb (one word, more for groups) and the options of a call."""
    verb: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.strip("[]") in WITH_VALUE:
            next(rest, None)
        elif re.fullmatch(r"[a-z][a-z-]*", word):
            verb = [word]
            break
    while verb and (following := next(rest, "")) in verbs_of(*verb):
        verb.append(following)
    return verb, [option for word in words for option in OPTION.findall(word)]


@SHOWN
def test_every_call_shown_exists(page: Path) -> None:
    for words in _shown_calls(page):
        verb, options = _split(words)
        assert not verb or verb[0] in verbs_of(), f"{name_of(page)} shows `rmos-console {' '.join(words)}`"
        known = options_of(*verb) | options_of()
        assert set(options) <= known, f"{name_of(page)}: {' '.join(words)}: {sorted(set(options) - known)}"


def test_the_reference_page_has_every_verb_with_every_option() -> None:
    sections = re.split(r"^### ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    described = {re.sub(r"[`\n]", "", section.split("\n")[0]): section for section in sections}
    assert set(described) == {" ".join(call) for call in calls()}
    for call in calls():
        missing = options_of(*call) - set(OPTION.findall(described[" ".join(call)])) - {"--help", "--json"}
        assert not missing, f"{REFERENCE.name} says nothing about {' '.join(call)} {sorted(missing)}"


def test_the_reference_page_has_every_option_before_the_verb() -> None:
    head = REFERENCE.read_text(encoding="utf-8").partition("### ")[0]
    assert options_of() <= set(OPTION.findall(head))


def test_readme_names_every_verb() -> None:
    table = re.findall(r"^\| `([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(table) == set(verbs_of())


def test_every_variable_that_is_read_is_described_and_no_other() -> None:
    variable = re.compile(r"\bRMOS_[A-Z_]*[A-Z]\b")
    code = "".join(path.read_text(encoding="utf-8") for path in python_files("rmos_console"))
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(variable.findall(told)) == set(variable.findall(code))


def test_every_verb_explains_itself() -> None:
    for call in calls():
        assert len(re.findall(r"\w+", help_of(*call).partition("Options:")[0])) > 5, " ".join(call)


def _blocks() -> list[tuple[str, bool, str]]:
    return [(name_of(page), bool(run), code) for page in PAGES for run, code in BLOCK.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", sorted({page for page, _, _ in _blocks()}))
def test_shell_blocks_are_shell(page: str) -> None:
    for named, _, code in _blocks():
        if named == page:
            done = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False, timeout=20)
            assert done.returncode == 0, f"{page}: {done.stderr}\n{code}"


@pytest.mark.parametrize("page", sorted({page for page, run, _ in _blocks() if run}))
def test_what_a_page_shows_runs_as_shown(page: str, tmp_path: Path) -> None:
    script = "\n".join(code for named, run, code in _blocks() if run and named == page)
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{page}\n{script}\n{done.stdout}\n{done.stderr}"
