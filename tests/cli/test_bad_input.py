"""What is malformed, too large, too deep or dangerous: one clear line, the right exit code, nothing written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rmos_console.core.canonical import MAX_DOCUMENT_BYTES
from tests.cli.conftest import Command, files_of, run_document

GOOD = json.dumps(run_document())
DEEP = "[" * 100_000 + "]" * 100_000

BAD_DOCUMENTS = {
    "malformed": '{"mode": "mvp",',
    "empty": "",
    "no object": "[1, 2]",
    "NaN": '{"mode":"mvp","tool_id":"T1","status":"OK","meta":{"x":NaN}}',
    "infinity": '{"mode":"mvp","tool_id":"T1","status":"OK","meta":{"x":-Infinity}}',
    "1e999": '{"mode":"mvp","tool_id":"T1","status":"OK","meta":{"x":1e999}}',
    "duplicate keys": '{"mode":"mvp","mode":"b","tool_id":"T1","status":"OK"}',
    "lone surrogate": '{"mode":"mvp","tool_id":"T1","status":"OK","meta":{"x":"\\ud800"}}',
    "deep nesting": '{"mode":"mvp","tool_id":"T1","status":"OK","meta":{"x":' + DEEP + "}}",
    "no mode": '{"tool_id":"T1","status":"OK"}',
    "unknown status": '{"mode":"mvp","tool_id":"T1","status":"FINE"}',
    "score above 100": '{"mode":"mvp","tool_id":"T1","status":"OK","decision":{"score":101}}',
    "an id that is a path": '{"run_id":"../../etc/passwd","mode":"mvp","tool_id":"T1","status":"OK"}',
    "an id with an escape": '{"run_id":"run_\\u001b[2J","mode":"mvp","tool_id":"T1","status":"OK"}',
}
BAD_ASSETS = {
    "malformed": "{",
    "empty": "",
    "no object": '"text"',
    "nothing in it": '{"kind":"note"}',
    "NaN": '{"text":"t","confidence":NaN}',
    "duplicate keys": '{"text":"t","text":"u"}',
    "lone surrogate": '{"text":"\\udc00"}',
    "deep nesting": '{"content":' + DEEP + "}",
    "another id": '{"advisory_id":"other","text":"t"}',
    "a number for a text": '{"text":5}',
}
NOT_UTF8 = b'{"mode":"\xff"}'
BYTE_ORDER_MARK = b"\xef\xbb\xbf" + GOOD.encode()


@pytest.fixture
def untouched(cli: Command) -> Iterator[Command]:
    """The command on a store to which nothing may be written."""
    run_id = cli.create(run_id=f"run_{'b' * 32}")
    assert run_id
    before = files_of(cli.store)
    yield cli
    assert files_of(cli.store) == before


def refused(answer_of: Command, *arguments: object, code: int, stdin: bytes = b"") -> str:
    """Call twice, for people and for programs, and return the one line."""
    answer = answer_of(*arguments, stdin=stdin)
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert len(answer.err) < 600
    assert all(character.isprintable() or character == "\n" for character in answer.err)
    asked = answer_of(*arguments, "--json", stdin=stdin)
    assert asked.code == code
    assert set(asked.json) == {"error"}
    assert set(asked.error) == {"code", "message", "details"}
    return answer.err


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_bad_run_is_refused(untouched: Command, tmp_path: Path, name: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(BAD_DOCUMENTS[name])
    refused(untouched, "create", file, code=5)
    refused(untouched, "create", "-", code=5, stdin=BAD_DOCUMENTS[name].encode())


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_bad_line_is_refused_and_the_next_one_taken(cli: Command, name: str) -> None:
    text = BAD_DOCUMENTS[name]
    if not text:
        return
    answer = cli("create", "--lines", "--json", stdin=f"{text}\n{GOOD}\n".encode())
    assert answer.code == 1
    first, second = (json.loads(line) for line in answer.lines)
    assert first["error"]["code"] in {"bad_data", "bad_id"}
    assert second["mode"] == "mvp"


@pytest.mark.parametrize("name", BAD_ASSETS)
def test_a_bad_asset_is_refused(untouched: Command, tmp_path: Path, name: str) -> None:
    file = tmp_path / "asset.json"
    file.write_text(BAD_ASSETS[name])
    refused(untouched, "attach", f"run_{'b' * 32}", "--advisory-id", "a1", "--file", file, code=5)


@pytest.mark.parametrize("data", [NOT_UTF8, BYTE_ORDER_MARK])
def test_bytes_that_are_no_plain_utf8_are_refused(untouched: Command, data: bytes) -> None:
    refused(untouched, "create", code=5, stdin=data)


def test_a_file_over_the_limit_is_refused_before_it_is_read(untouched: Command, tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as sparse:
        sparse.truncate(MAX_DOCUMENT_BYTES + 1)
    assert str(file) in refused(untouched, "create", file, code=5)
    refused(untouched, "attach", f"run_{'b' * 32}", "--advisory-id", "a1", "--file", file, code=5)
    refused(untouched, "file", "add", f"run_{'b' * 32}", file, code=5)


def test_stdin_over_the_limit_is_refused(untouched: Command) -> None:
    refused(untouched, "create", code=5, stdin=b" " * (MAX_DOCUMENT_BYTES + 1))


def test_a_line_over_the_limit_is_refused_and_the_next_one_taken(cli: Command) -> None:
    data = b'{"x":"' + b"y" * MAX_DOCUMENT_BYTES + b'"}\n' + GOOD.encode()
    answer = cli("create", "--lines", stdin=data)
    assert answer.code == 1
    assert answer.lines[0].startswith("line 1: Line 1 is over")
    assert answer.lines[1].startswith("Created run_")


@pytest.mark.parametrize("verb", [["show"], ["advisories"], ["explain"], ["attach", "--advisory-id", "a"]])
@pytest.mark.parametrize(
    ("run", "code"),
    [
        (f"run_{'0' * 32}", 3),
        ("../../etc/passwd", 5),
        ("/etc/passwd", 5),
        ("a/b", 3),
        ("RUN-DXF-ABC", 3),
        ("run_\x1b[31m", 5),
        ("a\u202eb", 5),
        ("", 5),
        ("x" * 513, 5),
    ],
)
def test_a_run_that_is_not_there(untouched: Command, verb: list[str], run: str, code: int) -> None:
    refused(untouched, verb[0], run, *verb[1:], code=code)


def test_other_things_that_are_not_there(untouched: Command, tmp_path: Path) -> None:
    run = f"run_{'b' * 32}"
    refused(untouched, "advisory", "nothing", code=3)
    refused(untouched, "advisory", "a\x00b", code=5)
    refused(untouched, "diff", run, f"run_{'0' * 32}", code=3)
    refused(untouched, "meta", f"run_{'0' * 32}", "a=1", code=3)
    refused(untouched, "create", tmp_path / "absent.json", code=3)
    refused(untouched, "attach", run, "--advisory-id", "a", "--file", tmp_path / "absent.json", code=3)
    refused(untouched, "attach", run, "--advisory-id", "a\u200bb", code=5)
    refused(untouched, "file", "add", run, tmp_path / "absent", code=3)
    refused(untouched, "file", "save", run, "0" * 64, tmp_path / "out", code=3)
    refused(untouched, "file", "save", run, "short", code=5)
    refused(untouched, "import", tmp_path / "absent", code=3)
    assert not (tmp_path / "out").exists()


def test_a_folder_or_a_device_is_no_document(untouched: Command, tmp_path: Path) -> None:
    refused(untouched, "create", tmp_path, code=5)
    refused(untouched, "create", "/dev/zero", code=5)


def test_a_meta_value_that_could_not_be_json_is_text(cli: Command) -> None:
    run = cli.create()
    cli.ok("meta", run, "a=NaN", "b=1e999", 'c={"x":1,"x":2}', "d=7", "e=x=y")
    assert cli.ok("show", run, "--json").json["meta"] == {
        "a": "NaN",
        "b": "1e999",
        "c": '{"x":1,"x":2}',
        "d": 7,
        "e": "x=y",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(untouched: Command, tmp_path: Path) -> None:
    file = tmp_path / "secret.json"
    file.write_text(GOOD)
    file.chmod(0)
    assert str(file) in refused(untouched, "create", file, code=5)
