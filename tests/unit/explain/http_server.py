"""A real HTTP server on loopback that answers as a test tells it to: well, badly, late, or without end."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from rmos_console.core.explain.http_settings import HttpSettings


class Asked(NamedTuple):
    """One question as it arrived."""

    path: str
    headers: dict[str, str]
    body: Any


Answering = Callable[["Handler"], None]


class Server(ThreadingHTTPServer):
    """Answers the Nth question with the Nth answer, later ones with the last."""

    daemon_threads = False  # closing waits for the handlers, so that no socket outlives a test
    block_on_close = True

    def __init__(self, answers: tuple[Answering, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[Asked] = []
        self.closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away; that is what several tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def settings(self, **changes: Any) -> HttpSettings:
        """Settings of an engine that asks this server."""
        given = {"secure": False, "host": "127.0.0.1", "port": self.server_port, "target": "/v1/chat?a=1"}
        return HttpSettings(**{**given, "model": "tiny:1b", "seconds": 5.0, "pause": 0.01, **changes})


class Handler(BaseHTTPRequestHandler):
    """Reads a question and lets the test's answer write what it likes."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        self.server.asked.append(Asked(self.path, dict(self.headers), json.loads(body)))
        number = min(len(self.server.asked), len(self.server.answers))
        self.server.answers[number - 1](self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is http.server's
        """Keep quiet."""


def raw(data: bytes) -> Answering:
    """Answer with these bytes and close."""
    return lambda handler: _write(handler, data)


def body(data: bytes, *, status: str = "200 OK", length: int | None = None, headers: str = "") -> Answering:
    """Answer with a body; ``length`` lies about how long it is."""
    said = len(data) if length is None else length
    return raw(f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\n{headers}\r\n".encode() + data)


def chat(text: object, **more: Any) -> Answering:
    """Answer as a chat endpoint does."""
    return body(json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode(), **more)


def stalling(head: bytes = b"") -> Answering:
    """Send a beginning and then nothing until the test ends."""

    def answer(handler: Handler) -> None:
        _write(handler, head)
        handler.server.closing.wait(30)

    return answer


def dripping(head: bytes, piece: bytes) -> Answering:
    """Send a beginning and then piece after piece, ten a second, until the other side goes."""

    def answer(handler: Handler) -> None:
        _write(handler, head)
        while not handler.server.closing.wait(0.1):
            _write(handler, piece)

    return answer


def _write(handler: Handler, data: bytes) -> None:
    handler.wfile.write(data)
    handler.wfile.flush()


@contextmanager
def serving(*answers: Answering) -> Iterator[Server]:
    """Run a server for the length of a test."""
    with Server(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
