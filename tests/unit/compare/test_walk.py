"""Paths and leaves: the comparison of two documents is exact, and can be applied."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.compare.walk import same, walk

Flat = dict[str, tuple[str, Any, Any]]

KEYS = st.sampled_from(["a", "b", "tool_d", "x.y", "", "x[0]", "id", "sha256", "rules_triggered", "0", "ä"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, -0.5, 1e300]),
    st.sampled_from(["", "0", "F020"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=14,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


def changes(a: dict[str, Any], b: dict[str, Any]) -> Flat:
    """Return what differs by path."""
    found = [leaf for leaf in walk(a, b) if leaf[2] != "same"]
    assert len({leaf[0] for leaf in found}) == len(found), "two differences share a path"
    return {path: (op, left, right) for path, _, op, left, right in found}


def strictly(a: Any, b: Any) -> bool:
    """Compare as JSON does, by a way of its own: type by type."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(strictly(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(strictly(one, other) for one, other in zip(a, b, strict=True))
    return type(a) is type(b) and bool(a == b)


@given(DOCUMENTS)
def test_nothing_differs_from_its_copy(document: dict[str, Any]) -> None:
    assert changes(document, copy.deepcopy(document)) == {}


@given(DOCUMENTS, DOCUMENTS)
def test_something_differs_exactly_if_the_documents_do(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert (changes(a, b) == {}) is strictly(a, b)
    assert same(a, b) is strictly(a, b)


@given(DOCUMENTS, DOCUMENTS)
def test_the_other_way_round_is_the_mirror_image(a: dict[str, Any], b: dict[str, Any]) -> None:
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    back = {path: (mirrored[op], right, left) for path, (op, left, right) in changes(b, a).items()}
    assert repr(sorted(changes(a, b).items())) == repr(sorted(back.items()))


@given(DOCUMENTS, DOCUMENTS)
def test_applying_the_differences_to_a_gives_b(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert normal(applied(a, changes(a, b))) == normal(b)


def applied(a: dict[str, Any], rows: Flat) -> dict[str, Any]:
    """Apply rows to a copy of A; elements that go are taken out last, from the end, so that indices stay right."""
    result = {"": copy.deepcopy(a)}
    for path, (op, _, value) in sorted(rows.items(), key=lambda item: (item[1][0] == "removed", len(item[0]), item[0])):
        target, last = _reach(result[""], path)
        if last == "*" or op == "removed":
            continue
        if isinstance(target, dict):
            target[last] = value
        elif op == "added":
            target.append(value)
        else:
            target[last] = value
    gone = [_reach(result[""], path) for path, (op, _, _) in rows.items() if op == "removed"]
    for target, last in sorted(gone, key=lambda place: -place[1] if isinstance(place[1], int) else 0):
        del target[last]
    return result[""]


def _reach(document: Any, path: str) -> tuple[Any, Any]:
    """Return the container that a path leads to and the key or index in it; one past the end where it is not there."""
    steps = re.findall(r'\.?([^\W\d]\w*)|\[("(?:[^"\\\\]|\\\\.)*"|[^\]"]*(?:"(?:[^"\\\\]|\\\\.)*")?)\]', path)
    target, last = document, None
    for plain, bracket in steps:
        if last is not None:
            target = target[last]
        last = (plain or json.loads(bracket)) if isinstance(target, dict) else _index(target, bracket)
    return target, last


def _index(array: list[Any], name: str) -> Any:
    if name == "*":
        return name
    if name.isdigit():
        return int(name)
    identity, _, text = name.rpartition("=")
    wanted = json.loads(text) if text.startswith('"') or text.lstrip("-").isdigit() else text
    for at, item in enumerate(array):
        found = item.get(identity) if identity else item
        if type(found) is type(wanted) and found == wanted:
            return at
    return len(array)


def normal(value: Any) -> Any:
    """Return a value in which equal numbers are one, and elements that may have an identity stand in one order."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [normal(item) for item in value]
        named = all(isinstance(item, dict) for item in items) or all(isinstance(item, str) for item in items)
        return sorted(items, key=json.dumps) if named else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return ["true" if value else "false"] if isinstance(value, bool) else value


def test_paths_are_spelt_so_that_no_two_keys_meet() -> None:
    a: dict[str, Any] = {"x": {"y": 1}, "x.y": 2, "l": [3], "l[0]": 4, "": 5, "0": 6, 'q"': 7}
    assert [leaf[0] for leaf in walk(a, a)] == ["x.y", '["x.y"]', "l[0]", '["l[0]"]', '[""]', '["0"]', '["q\\""]']


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1, 2], [1, 3, 4], {"k[1]": ("changed", 2, 3), "k[2]": ("added", None, 4)}),
        ([1, 2], [], {"k[0]": ("removed", 1, None), "k[1]": ("removed", 2, None)}),
        (
            [{"id": "p", "v": 1}, {"id": "q", "v": 2}],
            [{"id": "q", "v": 3}],
            {"k[id=p]": ("removed", {"id": "p", "v": 1}, None), "k[id=q].v": ("changed", 2, 3)},
        ),
        (
            [{"id": 1}, {"id": 2}],
            [{"id": 2}, {"id": 1}],
            {"k[*]": ("changed", ["id=1", "id=2"], ["id=2", "id=1"])},
        ),
        (
            [{"id": "1"}],
            [{"id": 1}],
            {'k[id="1"]': ("removed", {"id": "1"}, None), "k[id=1]": ("added", None, {"id": 1})},
        ),
        ([{"id": "p"}, {"id": "p"}], [{"id": "p"}], {"k[1]": ("removed", {"id": "p"}, None)}),
        ([{"id": "p"}], [{"v": 1}], {"k[0].id": ("removed", "p", None), "k[0].v": ("added", None, 1)}),
        (
            [{"sha256": "ab" * 32, "n": 1}],
            [{"sha256": "ab" * 32, "n": 2}],
            {f"k[sha256={'ab' * 32}].n": ("changed", 1, 2)},
        ),
        (
            [{"id": None, "rule": "F1"}],
            [{"id": None, "rule": "F2"}],
            {
                "k[rule=F1]": ("removed", {"id": None, "rule": "F1"}, None),
                "k[rule=F2]": ("added", None, {"id": None, "rule": "F2"}),
            },
        ),
        ({"x": 1}, [1], {"k": ("changed", {"x": 1}, [1])}),
        ({}, [], {"k": ("changed", {}, [])}),
        ("", {"x": 1}, {"k": ("changed", "", {"x": 1})}),
        (None, [1], {"k": ("changed", None, [1])}),
    ],
)
def test_arrays_and_mixed_kinds(a: Any, b: Any, expected: Flat) -> None:
    assert changes({"k": a}, {"k": b}) == expected


def test_rules_are_their_own_identity() -> None:
    a, b = {"rules_triggered": ["F020", "F012"]}, {"rules_triggered": ["F012", "F 21", ""]}
    assert changes(a, b) == {
        "rules_triggered[F020]": ("removed", "F020", None),
        'rules_triggered["F 21"]': ("added", None, "F 21"),
        'rules_triggered[""]': ("added", None, ""),
    }
    twice = {"rules_triggered": ["F020", "F020"]}
    assert changes(a, twice) == {"rules_triggered[1]": ("changed", "F012", "F020")}
