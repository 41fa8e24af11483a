"""The HTTP engine against a real server that answers well, stalls, lies, cuts off, and sends what nobody asked for."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rmos_console.core.errors import CancelledError, EngineError
from rmos_console.core.explain.engine import EngineInput, Explanation, complaint
from rmos_console.core.explain.http_engine import MOST_TEXT, HttpEngine
from rmos_console.core.explain.testkit import BLOCKED, GREEN, HOSTILE, problems
from tests.unit.explain.http_server import Answering, Server, body, chat, dripping, raw, serving, stalling

Expect = Callable[..., object]
TEXT = "Each pass is too deep\n\nThe stepdown is 18.0 mm; at most 15 mm fit a tool of 3 mm."
SOURCE = EngineInput({**BLOCKED, "outputs": {"gcode_text": "G1 X1"}, "meta": {"by": "me"}}, "0" * 64, GREEN, "1" * 64)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def explained(server: Server, source: EngineInput = SOURCE, **changes: Any) -> Explanation:
    return HttpEngine(server.settings(**changes)).explain(source)


def flagged(told: Explanation) -> list[str]:
    assert isinstance(told.content, dict)
    spans: Any = told.content["ungrounded"]
    assert all(told.text[span["start"] : span["end"]] == span["text"] for span in spans)
    return [span["text"] for span in spans]


def test_a_chat_endpoint_is_asked_and_its_answer_becomes_the_text() -> None:
    with serving(chat(TEXT)) as server:
        told = explained(server, key="sesame-street")
    assert complaint(told) is None
    assert (told.headline, told.text, flagged(told)) == ("Each pass is too deep", TEXT, [])
    (asked,) = server.asked
    assert (asked.path, asked.headers["Authorization"]) == ("/v1/chat?a=1", "Bearer sesame-street")
    assert (asked.body["model"], asked.body["stream"]) == ("tiny:1b", False)
    facts = json.loads(asked.body["messages"][1]["content"])
    assert facts["run"]["request_summary"] == BLOCKED["request_summary"]
    assert facts["nearest_green_run"]["request_summary"] == GREEN["request_summary"]
    assert [rule["id"] for rule in facts["rules"]] == ["F021"]
    assert not {"outputs", "meta", "source", "run_id", "attachments"} & set(facts["run"])


def test_a_server_of_plain_json_is_asked_without_a_key() -> None:
    with serving(body(b'{"text": "Too deep"}')) as server:
        told = explained(server, format="json", model="")
        assert HttpEngine(server.settings(model="")).version == "1"
        assert HttpEngine(server.settings()).version == "1/tiny:1b"
    assert (told.headline, told.text) == ("Too deep", "Too deep")
    assert "Authorization" not in server.asked[0].headers
    assert set(server.asked[0].body) == {"question", "model", "run", "nearest_green_run", "rules"}


def test_numbers_that_nothing_supports_are_flagged() -> None:
    with serving(chat("Too deep\n\n18 mm is 20 % above 15 mm; run at 24,000 rpm with 37.25 kW.")) as server:
        assert flagged(explained(server)) == ["24,000", "37.25"]


def test_characters_that_steer_or_hide_are_made_visible() -> None:
    with serving(chat("Good\u202edeeper\u202c\x1b[2J\u200b\ud83d\ude00 \u00fc\tb\r\nrest\u2028x")) as server:
        told = explained(server)
    assert told.headline == "Good<U+202E>deeper<U+202C><U+001B>[2J<U+200B>\U0001f600 \u00fc b"
    assert told.text == f"{told.headline}\n\nrest<U+2028>x"


def test_a_text_without_a_short_first_line_gets_a_headline_of_its_beginning() -> None:
    with serving(chat("word " * 200)) as server:
        told = explained(server)
    assert complaint(told) is None
    assert told.headline.endswith("word…")
    assert len(told.headline) <= 200


BAD: list[tuple[Answering, str, int]] = [
    (raw(b""), "cut its answer off", 3),
    (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "no HTTP answer", 3),
    (raw(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 500 + b"\r\n"), "no HTTP answer", 3),
    (raw(b"HTTP/1.1 200 OK\r\nX: " + b"z" * 100_000 + b"\r\n\r\n"), "no HTTP answer", 3),
    (raw(ENDLESS + b"zz\r\nno chunk\r\n"), "cut its answer off", 3),
    (body(b'{"choices"', length=1000), "cut its answer off", 3),
    (chat(TEXT, length=20), "cannot be read", 1),
    (chat(TEXT, headers="Content-Encoding: gzip\r\n"), "packed its answer", 1),
    (body(b"\x1f\x8b\x08\x00"), "cannot be read", 1),
    (body(b"<html>"), "cannot be read", 1),
    (body(b'{"a":' * 5000), "cannot be read", 1),
    (body(b'{"choices": NaN}'), "cannot be read", 1),
    (body(b"[]"), "without a text", 1),
    (body(b'{"choices": []}'), "without a text", 1),
    (chat(None), "without a text", 1),
    (chat(["a"]), "without a text", 1),
    (chat("  \n "), "without a text", 1),
    (chat("x" * (MOST_TEXT + 1)), "more than 20,000 characters", 1),
    (body(b" " * 300_000), "more than 256 KB", 1),
    (body(b"", status="400 Bad"), "could not answer (400)", 1),
    (body(b"", status="401 No"), "refused the key (401)", 1),
    (body(b"", status="404 No"), "knows no such address (404)", 1),
    (body(b"", status="429 Slow"), "is too busy (429)", 3),
    (body(b"", status="500 Oh"), "could not answer (500)", 3),
    (body(b"", status="503 Oh"), "could not answer (503)", 3),
    (body(b"", status="204 No"), "could not answer (204)", 1),
]


@pytest.mark.parametrize(("answer", "reason", "tries"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_answer_is_a_reason(answer: Answering, reason: str, tries: int, expected_logs: Expect) -> None:
    expected_logs("swallowed", always=False)
    with serving(answer) as server, pytest.raises(EngineError, match=r"^The server of the HTTP engine .*\.$") as raised:
        explained(server)
    assert reason in raised.value.message
    assert len(server.asked) == tries


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with serving(chat(TEXT)) as elsewhere:
        away = f"Location: http://127.0.0.1:{elsewhere.server_port}/v1/chat\r\n"
        with serving(body(b"", status=status, headers=away)) as server, pytest.raises(EngineError, match="elsewhere"):
            explained(server, key="sesame")
    assert (len(server.asked), elsewhere.asked) == (1, [])


def test_a_server_that_was_busy_is_asked_again(expected_logs: Expect) -> None:
    expected_logs("swallowed")
    busy = body(b"", status="429 Slow", headers="Retry-After: 0\r\n")
    with serving(busy, raw(b""), chat(TEXT)) as server:
        assert explained(server).text == TEXT
    assert len(server.asked) == 3


def test_a_server_that_asks_to_wait_longer_than_there_is_time_is_given_up_at_once() -> None:
    busy = body(b"", status="503 Oh", headers="Retry-After: 20\r\n")
    with serving(busy) as server, pytest.raises(EngineError, match=r"\(503\)"):
        explained(server)
    assert len(server.asked) == 1


STALLS = [
    stalling(), stalling(b"HTTP/1.1 200"), stalling(HEAD), stalling(HEAD + b"x" * 500),
    dripping(HEAD, b" "), dripping(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"), dripping(ENDLESS, b"1\r\n \r\n"),
    dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), dripping(b"HTTP/1.0 200 OK\r\n\r\n", b" "),
]  # fmt: skip


@pytest.mark.parametrize("answer", STALLS)
def test_a_server_that_stalls_or_drips_is_given_up_in_time(answer: Answering, expected_logs: Expect) -> None:
    expected_logs("swallowed", always=False)
    started = time.monotonic()
    with serving(answer) as server, pytest.raises(EngineError, match=r"gave no whole answer within 0\.3 s"):
        explained(server, seconds=0.3)
    assert time.monotonic() - started < 3
    assert len(server.asked) == 1


@pytest.mark.parametrize("answer", [stalling(), body(b"", status="503 Oh", headers="Retry-After: 4\r\n")])
def test_it_stops_when_nobody_waits_any_more(answer: Answering, expected_logs: Expect) -> None:
    expected_logs("swallowed", always=False)
    asked = threading.Event()

    def seen(handler: Any) -> None:
        asked.set()
        answer(handler)

    started = time.monotonic()
    with serving(seen) as server, pytest.raises(CancelledError):
        explained(server, SOURCE._replace(stopped=asked.is_set))
    assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_a_reason(expected_logs: Expect) -> None:
    expected_logs("swallowed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with serving() as server, pytest.raises(EngineError, match="cannot be reached"):
        explained(server, port=port)


def test_a_server_without_a_valid_certificate_is_refused(expected_logs: Expect) -> None:
    expected_logs("swallowed")
    with serving(chat(TEXT)) as server, pytest.raises(EngineError, match="The server of the HTTP engine"):
        explained(server, secure=True, key="sesame")
    assert server.asked == []


def test_the_key_is_never_kept_shown_or_logged(expected_logs: Expect) -> None:
    key = "sk-very-secret"
    records: Any = expected_logs("swallowed", always=False)
    for answer in (
        chat(f"Your key is {key}"),
        raw(f"{key}\r\n".encode()),
        body(json.dumps({key: 1}).encode()[:-1] + f', "{key}": 2}}'.encode()),
        body(b"", status=f"500 {key}"),
    ):
        with serving(answer) as server, pytest.raises(EngineError) as raised:
            explained(server, key=key)
        settings = server.settings(key=key)
        assert key not in f"{raised.value.message} {raised.value.details} {settings!r}"
    assert not [record for record in records if key in str(vars(record))]


def test_a_run_that_is_too_large_is_not_sent() -> None:
    large = {**BLOCKED, "feasibility": [["x" * 1000] * 100] * 3}
    with serving(chat(TEXT)) as server, pytest.raises(EngineError, match="too large for the HTTP engine"):
        explained(server, EngineInput(large, "0" * 64))
    assert server.asked == []


def test_it_keeps_to_the_protocol_whatever_the_server_says() -> None:
    for text in (TEXT, HOSTILE, "x", "\n\n  a\n\n\nb " + HOSTILE):
        with serving(chat(text)) as server:
            assert problems(HttpEngine(server.settings())) == []
