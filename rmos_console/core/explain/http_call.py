"""One question to one HTTP server that may stall, lie, cut off, or send without end.

Everything is bounded: the time of a call as a whole (a watcher closes the connection, so that one byte a second does
not keep it alive), the size of the answer, and the number of tries. Redirects are not followed: they would carry the
run, and perhaps the key, to a host that nobody configured. Proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from rmos_console.core.errors import CancelledError, EngineError
from rmos_console.core.explain.http_settings import HttpSettings
from rmos_console.core.log import swallowed

_LOOK_SECONDS: Final = 0.05
_LONGEST_PAUSE: Final = 30.0
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_WORDS: Final = {401: "refused the key", 403: "refused the key", 404: "knows no such address", 429: "is too busy"}
_NEVER_SHOWN: Final = (OSError, http.client.HTTPException, ValueError, AttributeError)
"""What reading from a bad peer, or from a connection that the watcher just closed, raises."""


class Trouble(NamedTuple):
    """Why a try failed; ``again`` tells whether another may succeed, ``after`` how long the server asks to wait."""

    reason: str
    again: bool = True
    after: float = 0.0


def ask(settings: HttpSettings, body: bytes, stopped: Callable[[], bool]) -> bytes:
    """Return the body of the server's answer to a POST of JSON.

    Tries again with growing pauses where that may help. Raises :class:`EngineError` with the last reason, and
    :class:`CancelledError` once ``stopped`` says so.
    """
    deadline = time.monotonic() + settings.seconds
    trouble = Trouble("gave no answer")
    for number in range(settings.tries):
        if number:
            pause = min(_LONGEST_PAUSE, max(settings.pause * 2 ** (number - 1), trouble.after))
            if time.monotonic() + pause >= deadline:
                break
            _wait(pause, stopped)
        answer = _try(settings, body, deadline, stopped)
        if isinstance(answer, bytes):
            return answer
        trouble = answer
        if not trouble.again or time.monotonic() >= deadline:
            break
    raise EngineError(f"The server of the HTTP engine {trouble.reason}.")


def _wait(seconds: float, stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if stopped():
            raise CancelledError("The explanation was cancelled.")
        time.sleep(min(_LOOK_SECONDS, left))


def _try(settings: HttpSettings, body: bytes, deadline: float, stopped: Callable[[], bool]) -> bytes | Trouble:
    connection = _connection(settings, max(0.001, deadline - time.monotonic()))
    with _Watcher(connection, deadline, stopped) as watcher:
        try:
            connection.connect()
            watcher.socket = connection.sock
            connection.request("POST", settings.target, body, _headers(settings))
            answer = _read(connection.getresponse(), settings)
        except _NEVER_SHOWN as error:
            swallowed("explain.http", EngineError(type(error).__name__))  # its message may repeat what the server sent
            answer = Trouble(_words_for(error))
        finally:
            connection.close()
    if watcher.cancelled:
        raise CancelledError("The explanation was cancelled.")
    if watcher.late or time.monotonic() >= deadline:
        return Trouble(f"gave no whole answer within {settings.seconds:.3g} s", again=False)
    return answer


def _connection(settings: HttpSettings, seconds: float) -> http.client.HTTPConnection:
    if settings.secure:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(settings.host, settings.port, timeout=seconds, context=context)
    return http.client.HTTPConnection(settings.host, settings.port, timeout=seconds)


def _headers(settings: HttpSettings) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if settings.key is not None:
        headers["Authorization"] = f"Bearer {settings.key}"
    return headers


def _read(response: http.client.HTTPResponse, settings: HttpSettings) -> bytes | Trouble:
    status = response.status
    if 300 <= status < 400:
        return Trouble(f"sent the question elsewhere ({status}), which is not followed", again=False)
    if status != 200:
        words = _WORDS.get(status, "could not answer")
        return Trouble(f"{words} ({status})", again=status in _BUSY, after=_after(response))
    if (response.getheader("Content-Encoding") or "identity").lower() != "identity":
        return Trouble("packed its answer in a way that nobody asked for", again=False)
    body = response.read(settings.most_bytes + 1)
    if len(body) > settings.most_bytes:
        return Trouble(f"sent an answer of more than {settings.most_bytes // 1024} KB", again=False)
    if response.length:
        return Trouble("cut its answer off")
    return body


def _after(response: http.client.HTTPResponse) -> float:
    """Return how many seconds the server asks to wait; dates are not read."""
    text = response.getheader("Retry-After") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


def _words_for(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return "could not prove who it is (TLS)"
    if isinstance(error, ConnectionRefusedError | socket.gaierror):
        return "cannot be reached"
    if isinstance(error, http.client.IncompleteRead | ConnectionError | http.client.RemoteDisconnected):
        return "cut its answer off"
    if isinstance(error, OSError):
        return "cannot be reached"
    return "sent something that is no HTTP answer"


class _Watcher:
    """Closes a connection at the deadline or when nobody waits any more, whatever its owner is blocked in."""

    def __init__(self, connection: http.client.HTTPConnection, deadline: float, stopped: Callable[[], bool]) -> None:
        self._connection = connection
        self._deadline = deadline
        self._stopped = stopped
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="rmos-http-watcher", daemon=True)
        self.socket: socket.socket | None = None
        self.late = False
        self.cancelled = False

    def __enter__(self) -> _Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        wait = 0.0
        while not self._over.wait(wait):
            left = self._deadline - time.monotonic()
            wait = min(_LOOK_SECONDS, left) if left > 0 else _LOOK_SECONDS
            self.cancelled = self._stopped()
            self.late = left <= 0
            peer = self.socket or self._connection.sock
            if peer is not None and (self.cancelled or self.late):
                self._close(peer)
                return

    @staticmethod
    def _close(peer: socket.socket) -> None:
        try:
            peer.shutdown(socket.SHUT_RDWR)
        except (OSError, ValueError) as error:  # it is closed already
            swallowed("explain.http.watcher", error)
