"""What one call of the command knows: where the store is, who asks, and how to answer."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmos_console.cli import output, render
from rmos_console.cli.call import Call
from rmos_console.core.errors import StoreError
from rmos_console.core.log import swallowed
from rmos_console.core.records.actor import Actor, Caller
from rmos_console.core.store import find_store, open_store
from rmos_console.core.usecases.attempts import sweep_quietly

if TYPE_CHECKING:
    import typer
    from rich.console import Console

    from rmos_console.core.store import Store


@dataclass(frozen=True)
class Session:
    """One call of a verb: opens the store, names the caller, prints the answer."""

    call: Call
    as_json: bool

    @classmethod
    def of(cls, context: typer.Context, *, as_json: bool) -> Session:
        """Return the session of a verb; ``--json`` counts before the verb and after it."""
        call = context.find_root().obj
        if not isinstance(call, Call):
            raise TypeError("a verb was called without the options before it")
        return cls(call, call.as_json or as_json)

    @property
    def store_path(self) -> Path:
        """Return the folder of the store this call is about, whether or not there is one."""
        return find_store(self.call.store_option)

    @property
    def caller(self) -> Caller:
        """Return on whose behalf use cases run: this program under an account of this machine, unsigned."""
        by = Actor(kind="service", id="cli", name=f"{account()}@{socket.gethostname()}")
        return Caller(by=by, request_id=self.call.request_id)

    @contextmanager
    def store(self, *, writes: bool = False) -> Iterator[Store]:
        """Open the store of this call and close it after; a verb that ``writes`` ends overdue explanations first.

        A verb that only reads says on stderr if the store is damaged. Raises :class:`DamagedError` for such a verb if
        not the whole ledger could be read: what it showed would lack runs without saying so.
        """
        with open_store(self.store_path) as store:
            if writes:
                sweep_quietly(store, self.caller)
                yield store
                return
            if store.unread is not None:
                raise store.unread
            try:
                yield store
            except StoreError:
                raise  # becomes the one line itself
            except Exception:
                self._note_damage(store)
                raise
            self._note_damage(store)

    def answer(self, document: Callable[[], Any], page: Callable[[Console], None]) -> None:
        """Print the one answer of a verb: the JSON document under ``--json``, or else the page for people."""
        if self.as_json:
            output.print_json(document())
        else:
            page(render.console())

    def _note_damage(self, store: Store) -> None:
        if store.is_damaged():
            self.note(store.read_only_reason or "")

    def note(self, message: str) -> None:
        """Tell the person something beside the answer, on stderr."""
        output.note(message)


def account() -> str:
    """Return the name of the operating-system account, or its number where it has no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        swallowed("session.account", error)
        return f"uid{os.getuid()}"


def on_terminal() -> bool:
    """Tell whether a person can be asked: questions are read from stdin and shown on stderr."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
