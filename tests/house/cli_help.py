"""What `rmos-console --help` says, verb by verb, for the tests that hold the documents against it."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache

from rmos_console.cli.main import run

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


@cache
def help_of(*verb: str) -> str:
    """Return what `rmos-console VERB --help` prints."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = run([*verb, "--help"])
    assert code == 0, f"{' '.join(verb)} --help ends with {code}"
    return told.getvalue()


@cache
def verbs_of(*verb: str) -> tuple[str, ...]:
    """Return the verbs (or those below a verb: "reviewer" has "add") that the help lists."""
    _, _, listed = help_of(*verb).partition("\nCommands:\n")
    return tuple(re.findall(r"^  ([a-z][a-z-]*)", listed, re.MULTILINE))


@cache
def calls() -> tuple[tuple[str, ...], ...]:
    """Return everything that can be called: ("list",), ("reviewer", "add"), ("reviewer", "key", "export"), …"""
    return tuple(call for verb in verbs_of() for call in _below(verb))


def _below(*verb: str) -> list[tuple[str, ...]]:
    return [call for name in verbs_of(*verb) for call in _below(*verb, name)] or [verb]


@cache
def options_of(*verb: str) -> frozenset[str]:
    """Return the long options that a verb's help lists, in its own column."""
    _, _, listed = help_of(*verb).partition("\nOptions:\n")
    heads = [re.split(r"\s{2,}", line.strip())[0] for line in listed.splitlines() if re.match(r"\s+-", line)]
    return frozenset(option for head in heads for option in OPTION.findall(head)) | {"--help"}
