"""The files of the repository, for the tests that hold its rules."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pygit2

CHECKOUT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", "build", "dist", "__pycache__", ".coverage"}
"""Top-level names that are made by working here; a copy without its history is read by leaving them out."""


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file under version control that still exists; in a copy without it, every file not made."""
    try:
        index = pygit2.Repository(str(CHECKOUT)).index
    except pygit2.GitError:
        return tuple(path for path in sorted(CHECKOUT.rglob("*")) if path.is_file() and not _is_made(path))
    paths = (CHECKOUT / entry.path for entry in index)
    return tuple(path for path in paths if path.is_file())


def _is_made(path: Path) -> bool:
    parts = path.relative_to(CHECKOUT).parts
    return bool(MADE & set(parts)) or any(part.endswith(("_cache", ".egg-info")) for part in parts)


def name_of(path: Path) -> str:
    """Return the path inside the repository, with forward slashes."""
    return path.relative_to(CHECKOUT).as_posix()


def text_files() -> list[Path]:
    """Return the tracked files that hold text (no NUL byte in their first block)."""
    return [path for path in tracked() if b"\0" not in path.read_bytes()[:4096]]


def python_files(*tops: str) -> list[Path]:
    """Return the tracked Python files below these top-level folders."""
    return [path for path in tracked() if path.suffix == ".py" and name_of(path).split("/")[0] in tops]


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))
