"""The error tree: drawn as it is, one exit code and one code for each."""

from __future__ import annotations

import inspect
import re

import pytest

from rmos_console.core import errors
from rmos_console.core.errors import RmosError

ALL = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, RmosError) and kind is not RmosError
]


def test_the_docstring_draws_every_error_under_its_parent() -> None:
    drawn: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^(\s*(?:[│├└─ ]*))([A-Z]\w+Error)\b", line)
        if not found:
            continue
        depth = len(found[1])
        path = [step for step in path if step[0] < depth]
        if path:
            drawn[found[2]] = path[-1][1]
        path.append((depth, found[2]))
    assert drawn == {kind.__name__: kind.__mro__[1].__name__ for kind in ALL}


@pytest.mark.parametrize("kind", ALL)
def test_every_error_has_a_code_and_an_exit_code_of_the_contract(kind: type[RmosError]) -> None:
    assert kind.exit_code in {1, 2, 3, 4, 5, 6}
    document = kind("What, why, way out.", run_id="run_1").document()
    assert document == {"error": {"code": kind.code, "message": "What, why, way out.", "details": {"run_id": "run_1"}}}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)
