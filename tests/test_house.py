"""The rules of the house: which way imports point, how large things grow, what things are called."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.tracked import CHECKOUT, name_of, parsed, python_files, text_files, tracked

TOP_LEVEL = {
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "rmos_console",
    "resources",
    "tests",
    "packaging",
}
MOST_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_METHODS = 20
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

WITHOUT_QT = """
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6"}:
            raise ImportError(f"{name} is not installed here")

sys.meta_path.insert(0, Blocked())
import rmos_console

for part in sys.argv[1:]:
    package = importlib.import_module(part)
    for module in pkgutil.walk_packages(package.__path__, part + "."):
        importlib.import_module(module.name)
print(len([name for name in sys.modules if name.startswith("rmos_console")]))
"""


def _settings() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


def _lint_imports(folder: Path) -> tuple[int, str]:
    """Return the exit code of import-linter and what it says, its drawn logo left out."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line.isascii())


def test_imports_point_down_only() -> None:
    code, told = _lint_imports(CHECKOUT)
    assert code == 0, told


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("core/canonical.py", "import PySide6.QtCore", "Qt only in the desktop"),
        ("core/canonical.py", "import rmos_console.core.records", "Arrows go down only"),
        ("core/records/run.py", "import rmos_console.core.store", "Arrows go down only"),
        ("core/usecases/__init__.py", "import tinydb", "tinydb only in the store"),
        ("core/usecases/__init__.py", "import rich", "Terminal libraries only"),
        ("cli/__init__.py", "import rmos_console.desktop", "Arrows go down only"),
        ("desktop/__init__.py", "import rmos_console.cli", "Arrows go down only"),
    ],
)
def test_an_import_that_points_up_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for source in [CHECKOUT / "pyproject.toml", *python_files("rmos_console")]:
        copy = tmp_path / name_of(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    broken = tmp_path / "rmos_console" / module
    broken.write_text(broken.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    code, told = _lint_imports(tmp_path)
    assert code == 1, told
    assert re.search(rf"{contract}.* BROKEN", told), told


def test_every_part_of_the_core_has_its_layer() -> None:
    layers = _settings()["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.split(".")[2] for name in re.findall(r"rmos_console\.core\.\w+", " ".join(layers))}
    parts = {
        path.relative_to(CHECKOUT / "rmos_console/core").parts[0]
        for path in python_files("rmos_console")
        if "rmos_console/core/" in name_of(path)
    }
    assert {part.removesuffix(".py") for part in parts} - {"__init__"} <= placed


def test_core_and_command_line_work_where_qt_is_not_installed() -> None:
    parts = [
        f"rmos_console.{part}" for part in ("core", "cli", "server") if (CHECKOUT / "rmos_console" / part).is_dir()
    ]
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_QT, *parts], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > len(parts)


def test_nothing_but_the_agreed_names_at_the_top() -> None:
    tops = {name_of(path).split("/")[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} == TOP_LEVEL


def _large_things(path: Path) -> Iterator[str]:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if lines > MOST_LINES:
        yield f"{name_of(path)}: {lines} lines"
    for node in ast.walk(parsed(path)):
        if isinstance(node, FUNCTIONS):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                yield f"{name_of(path)}:{node.lineno} {node.name}: {length} lines"
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(child, FUNCTIONS) for child in node.body)
            if methods > MOST_METHODS:
                yield f"{name_of(path)}:{node.lineno} {node.name}: {methods} methods"


def test_files_functions_and_classes_stay_small() -> None:
    large = [
        thing
        for path in python_files("rmos_console", "tests", "resources", "packaging")
        for thing in _large_things(path)
    ]
    assert not large, "\n".join(large)


def _words(name: str) -> set[str]:
    """Return the lower-case words of a snake_case or CamelCase name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def test_names_say_what_things_are() -> None:
    empty = []
    for path in python_files("rmos_console", "tests"):
        parts = [part.removesuffix(".py") for part in path.relative_to(CHECKOUT).parts]
        classes = [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
        empty += [f"{name_of(path)}: {name}" for name in [*parts, *classes] if EMPTY_WORDS & _words(name)]
    assert not empty, "\n".join(empty)


# Spelled in pieces, so that this file does not hold what it forbids.
FOREIGN = {
    "a path of one machine": r"(?<![\w.)}])/(?:root|work|Users)/\w",
    "the address of a package index": r"pypi\." r"org|python" r"hosted|--(?:extra-)?index-" r"url|trusted-" r"host",
}


def test_no_machine_paths_and_no_index_addresses() -> None:
    found = []
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [
                f"{name_of(path)}:{number} {what}: {line.strip()[:100]}"
                for what, pattern in FOREIGN.items()
                if re.search(pattern, line)
            ]
    assert not found, "\n".join(found)


def _is_explained(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a method has a docstring, or is a bare declaration that its protocol explains."""
    body = method.body[0]
    declared = isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant) and body.value.value is ...
    return declared or ast.get_docstring(method) is not None


def _undocumented(path: Path) -> Iterator[str]:
    module = parsed(path)
    if not ast.get_docstring(module) and module.body:
        yield f"{name_of(path)}: module"
    for node in module.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield f"{name_of(path)}:{node.lineno} {node.name}"
            for child in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(child, FUNCTIONS) and not child.name.startswith("_") and not _is_explained(child):
                    yield f"{name_of(path)}:{child.lineno} {node.name}.{child.name}"


def test_public_names_of_the_core_are_documented() -> None:
    core = [path for path in python_files("rmos_console") if name_of(path).startswith("rmos_console/core/")]
    missing = [name for path in core for name in _undocumented(path)]
    assert not missing, "\n".join(missing)


def test_the_door_of_the_library_is_public_and_documented() -> None:
    package = importlib.import_module("rmos_console")
    assert {"__version__", "open_store"} <= set(package.__all__)
    for name in package.__all__:
        thing = getattr(package, name)
        assert isinstance(thing, str) or inspect.getdoc(thing), f"rmos_console.{name} has no docstring"


DIRECTIVE = re.compile(
    r"#\s*(noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?|pragma: no \w+)"
)


def test_every_exemption_gives_its_reason() -> None:
    bare = []
    for path in python_files("rmos_console", "tests", "resources", "packaging"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.COMMENT and DIRECTIVE.search(token.string):
                reason = DIRECTIVE.sub("", token.string)
                if len(re.findall(r"\w{2,}", reason)) < 2:
                    bare.append(f"{name_of(path)}:{token.start[0]} {token.string}")
    assert not bare, "\n".join(bare)


def test_every_lint_exception_gives_its_reason() -> None:
    lint = _settings()["tool"]["ruff"]["lint"]
    codes = set(lint["ignore"]).union(*lint["per-file-ignores"].values())
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    for code in sorted(codes):
        assert re.search(rf'^\s*"{code}",\s*# \w+', text, re.MULTILINE), f"{code} is ignored without a reason"


def test_mypy_is_strict_without_exemptions() -> None:
    mypy = _settings()["tool"]["mypy"]
    assert mypy["strict"] is True
    assert "overrides" not in mypy
    assert "exclude" not in mypy
