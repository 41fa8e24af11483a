"""No message of the store leaves anybody stuck: each says what to do, and what it says to type can be typed."""

from __future__ import annotations

import ast
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rmos_console.core.errors import DamagedError, RmosError, StoreError
from rmos_console.core.store import Limits, create_store, open_store
from rmos_console.core.store.files import store_error
from rmos_console.core.store.state import AFTER_DAMAGE, Condition
from tests.house.cli_help import options_of, verbs_of
from tests.house.tracked import CHECKOUT
from tests.store.making import draft, new_store, seal, sealed
from tests.unit.doctor.conftest import SEGMENT, cut, degrade

STORE = CHECKOUT / "rmos_console/core/store"
KINDS = {
    "StoreError",
    "DamagedError",
    "DegradedError",
    "ReadOnlyError",
    "LockedError",
    "DiskFullError",
    "NoStoreError",
    "ForeignStoreError",
    "NewerStoreError",
    "OlderStoreError",
}
WAYS_OUT = re.compile(
    r"rmos-console |\b[Tt]ry again|[Tt]ype: |types: |[Uu]pdate (it|this program)|free some space|Mount it|Remove it"
    r"|open the store again|export --bundle|allow_network|kill -CONT|run the same again"
)
ELSEWHERE = {
    "reason": "rmos_console/core/store/mounts.py",
    "way_out": "said beside the message, in the same function",
    "_way_out(holder)": "rmos_console/core/store/lock.py",
    "refusal.message": "the note's own message, tested below",
    "_writable_by_others(place.root, path, facts.group)": "ends in chmod, tested with the places",
}
"""What stands in a message for another text that was made elsewhere."""

BY_CHOICE = {"The store was opened for reading only."}
"""The caller asked for this."""


def words(node: ast.expr) -> str:
    """Return the text of a message in the source, with expressions in braces."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(words, node.values))
    if isinstance(node, ast.FormattedValue):
        name = ast.unparse(node.value)
        return AFTER_DAMAGE if name == "AFTER_DAMAGE" else f"{{{name}}}"
    return f"{{{ast.unparse(node)}}}"


def messages() -> Iterator[tuple[str, str, str]]:
    """Yield place, kind and words of each error that the store makes."""
    for path in sorted(STORE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                yield f"{path.name}:{node.lineno}", node.func.id, words(node.args[0])


def test_every_error_of_the_store_says_what_to_do() -> None:
    found = list(messages())
    assert len(found) > 20
    stuck = [
        f"{place} {kind}: {text}"
        for place, kind, text in found
        if not WAYS_OUT.search(text)
        and text not in BY_CHOICE
        and not any(f"{{{name}}}" in {text[-len(name) - 2 :], text[: len(name) + 2]} for name in ELSEWHERE)
    ]
    assert not stuck, "\n".join(stuck)


def test_what_keeps_the_store_read_only_leads_to_the_doctor() -> None:
    lost = [
        f"{place}: {text}"
        for place, kind, text in messages()
        if kind in {"DamagedError", "DegradedError"}
        and "rmos-console doctor" not in text
        and "{refusal.message}" not in text
    ]
    assert not lost, "\n".join(lost)
    for condition in (Condition("degraded", "", 5, 3, errno.EIO), Condition("damaged", SEGMENT, 5)):
        assert "rmos-console doctor --reverify" in condition.error().message


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_failure_of_the_system_says_what_to_do(number: int) -> None:
    error = store_error(OSError(number, os.strerror(number)), "doing it")
    assert WAYS_OUT.search(error.message), error.message
    assert os.strerror(number) in error.message


COMMAND = re.compile(r"rmos-console(?: --store \S+)? ([a-z]+)((?: --[a-z-]+)*)")


def check_commands(message: str) -> None:
    """Assert that what a message says to type can be typed."""
    for verb, options in COMMAND.findall(message):
        assert verb in verbs_of(), message
        assert set(options.split()) <= options_of(verb), message


def test_what_the_messages_say_to_type_can_be_typed() -> None:
    for _, _, text in messages():
        check_commands(text)


def flip(path: Path) -> None:
    data = bytearray((path / SEGMENT).read_bytes())
    data[50] ^= 1
    (path / SEGMENT).write_bytes(data)
    shutil.rmtree(path / "catalog")


def in_the_middle(path: Path) -> None:
    """Change a byte that only reading the run shows."""
    data = bytearray((path / SEGMENT).read_bytes())
    data[data.index(b"run_000000000001") + 4] ^= 1
    (path / SEGMENT).write_bytes(data)


def change_a_blob(path: Path) -> None:
    with open_store(path) as store:
        name = store.put_blob(b"these bytes")
    (path / f"blobs/{name[:2]}/{name[2:4]}/{name}").write_bytes(b"other bytes")
    with open_store(path) as store, pytest.raises(DamagedError):
        store.get_blob(name)


def write_without_the_lock(path: Path) -> None:
    with (path / SEGMENT).open("ab") as file:
        file.write(b"something else\n")


def remove_a_segment(path: Path) -> None:
    with open_store(path, limits=Limits(runs=1)) as store:
        seal(store, 11, 12)
    (path / SEGMENT).unlink()


def forget_the_state(path: Path) -> None:
    (path / "state").write_bytes(b"?" * 4096)


def of_another_store(path: Path) -> None:
    other = path.with_name("other")
    create_store(other)
    shutil.copy(other / "store.json", path / "store.json")
    shutil.rmtree(path / "catalog")


HARMS: list[Callable[[Path], object]] = [
    flip,
    cut,
    in_the_middle,
    change_a_blob,
    write_without_the_lock,
    remove_a_segment,
    forget_the_state,
    of_another_store,
    lambda path: degrade(path, 5),
]


@pytest.mark.parametrize("harm", HARMS)
def test_a_store_that_is_read_only_for_good_says_how_to_get_out(
    tmp_path: Path, harm: Callable[[Path], object], expected_logs: Callable[..., object]
) -> None:
    expected_logs("where=store", always=False)
    path = tmp_path / "s"
    new_store(path, 1, 2).close()
    harm(path)
    said = set()
    for _ in range(2):  # the first finds the damage, the second the note
        with open_store(path) as store:
            for act in (lambda: store.read_run("run_000000000001"), lambda: store.commit(draft(sealed(7)))):
                try:
                    act()
                except RmosError as error:
                    if isinstance(error, StoreError):
                        said.add(error.message)
            said |= {store.read_only_reason} if store.read_only_reason else set()
    assert said
    for message in said:
        assert "rmos-console doctor --reverify" in message, message
        check_commands(message)
