"""Processes of a scenario that are forked from the test: they start at once and talk through a pipe."""

from __future__ import annotations

import multiprocessing
import os
import traceback
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.faults.sabotage import SeamGoneError, apply

CONTEXT = multiprocessing.get_context("fork")
PATIENCE_SECONDS = 60.0


class Talk:
    """One end of the pipe between a child and the test."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def tell(self, word: Any) -> None:
        """Send something that can be pickled."""
        self._connection.send(word)

    def hear(self, seconds: float = PATIENCE_SECONDS) -> Any:
        """Return what the other side told; raises :class:`ChildError` if that takes too long or it has ended."""
        if not self._connection.poll(seconds):
            raise ChildError(f"nothing was heard for {seconds:g} s")
        try:
            word = self._connection.recv()
        except EOFError as error:
            raise ChildError("it ended without a word") from error
        if isinstance(word, SeamGoneError):  # no finding about the store: nothing was sabotaged
            raise word
        if isinstance(word, _Died):
            raise ChildError(word.reason)
        return word

    def ask(self, word: Any) -> Any:
        """Tell something and return the answer."""
        self.tell(word)
        return self.hear()


class ChildError(Exception):
    """A child did not do what it was started for; the message says why."""


class _Died:
    def __init__(self, reason: str) -> None:
        self.reason = reason


class Child:
    """A process that runs ``work(talk)``, on a store broken by ``sabotage`` if one is named; killed on leaving."""

    def __init__(self, work: Callable[[Talk], None], sabotage: str | None = None) -> None:
        ours, theirs = CONTEXT.Pipe()
        self.talk = Talk(ours)
        self._process = CONTEXT.Process(target=_run, args=(work, theirs, sabotage), daemon=True)
        with warnings.catch_warnings():
            # Later versions of Python warn of forks beside threads, which parallel runs of the tests have.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.join()


def _run(work: Callable[[Talk], None], connection: Any, sabotage: str | None) -> None:
    try:
        if sabotage is not None:
            apply(sabotage)
        work(Talk(connection))
    except SeamGoneError as error:
        connection.send(error)
    except BaseException as error:  # noqa: BLE001  whatever it is, the test must hear of it
        where = traceback.extract_tb(error.__traceback__)[-1]
        connection.send(_Died(f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"))
    finally:
        connection.close()
        os._exit(0)  # nothing of the test's process is to be tidied up twice
