"""Wrong passphrases are counted, logged without what was typed, and slowed; no test really waits."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from platformdirs import user_config_path

from rmos_console.core import identity
from rmos_console.core.errors import NotFoundError, SignatureError
from rmos_console.core.identity.attempts import FREE_TRIES, MOST_SECONDS

STORE, WHO, PASSPHRASE, WRONG = "store_0123456789abcdef", "mvoss", "correct horse battery", "Tr0ub4dor&3"
Expect = Callable[..., list[logging.LogRecord]]


class Clock:
    """Time that passes only where somebody waits, or a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds

    def unlock(self, passphrase: str = WRONG) -> identity.Signer:
        return identity.unlock(STORE, WHO, passphrase, clock=self, wait=self.wait)

    def fail(self, times: int) -> SignatureError:
        for _ in range(times):
            with pytest.raises(SignatureError, match="is wrong") as caught:
                self.unlock()
        return caught.value


@pytest.fixture
def clock() -> Clock:
    identity.create_key(STORE, WHO, "M. Voss", PASSPHRASE, cost=2)
    return Clock()


@pytest.fixture
def warned(expected_logs: Expect) -> list[logging.LogRecord]:
    return expected_logs("wrong passphrase")


def state_file() -> Path:
    return user_config_path("rmos-console") / "sign-in" / STORE / f"{WHO}.json"


@pytest.mark.usefixtures("warned")
def test_the_delay_grows_up_to_a_limit_and_a_right_passphrase_ends_it(clock: Clock) -> None:
    clock.fail(12)
    assert clock.waited == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert identity.failures(STORE, WHO) == 12
    clock.unlock(PASSPHRASE)
    assert clock.waited[-1] == MOST_SECONDS
    assert identity.failures(STORE, WHO) == 0
    assert not state_file().exists()
    clock.fail(FREE_TRIES - 1)
    assert len(clock.waited) == 10


@pytest.mark.usefixtures("warned")
def test_whoever_waited_elsewhere_need_not_wait_again(clock: Clock) -> None:
    clock.fail(5)
    clock.now += 3
    clock.fail(1)
    assert clock.waited == [1, 2, 1]


@pytest.mark.usefixtures("warned")
def test_a_clock_set_back_never_makes_a_try_wait_longer_than_the_limit(clock: Clock) -> None:
    clock.fail(8)
    clock.now -= 900_000
    clock.fail(1)
    assert clock.waited[-1] == MOST_SECONDS


@pytest.mark.usefixtures("warned")
def test_tries_side_by_side_take_turns(clock: Clock) -> None:
    clock.fail(4)
    asked: list[float] = []
    for _ in range(3):
        with pytest.raises(SignatureError):
            identity.unlock(STORE, WHO, WRONG, clock=clock, wait=asked.append)  # time stands still: they run at once
    assert asked == [2, 6, 14]


def test_ending_the_program_does_not_undo_a_try(clock: Clock) -> None:
    def killed(_seconds: float) -> None:
        raise KeyboardInterrupt

    clock.fail(FREE_TRIES - 1)
    state_file().write_text('{"failures":5,"not_before":1000001.0}')
    with pytest.raises(KeyboardInterrupt):
        identity.unlock(STORE, WHO, WRONG, clock=clock, wait=killed)
    assert identity.failures(STORE, WHO) == 6


def test_the_log_counts_and_says_nothing_that_was_typed(
    clock: Clock, warned: list[logging.LogRecord], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = clock.fail(4)
    facts = [(vars(record)["person_id"], vars(record)["failures"], vars(record)["delay_s"]) for record in warned]
    assert facts == [(WHO, 3, 1.0), (WHO, 4, 2.0)]
    assert "waits 2 s" in error.message
    everything = caplog.text + error.message + repr([vars(record) for record in caplog.records])
    for path in user_config_path("rmos-console").rglob("*.json"):
        everything += path.read_text("utf-8")
    assert WRONG not in everything
    assert PASSPHRASE not in everything


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_count_is_private(clock: Clock) -> None:
    clock.fail(1)
    assert stat.S_IMODE(state_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(state_file().parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("data", [b"", b"[]", b'{"failures":"x"}', b'{"failures":-1,"not_before":1.0}', b"\xff" * 9000])
def test_a_count_that_cannot_be_read_keeps_nobody_out(clock: Clock, data: bytes, expected_logs: Expect) -> None:
    expected_logs("identity.attempts", always=False)
    clock.fail(1)
    state_file().write_bytes(data)
    assert clock.unlock(PASSPHRASE).person_id == WHO
    assert clock.waited == []


def test_a_folder_that_cannot_be_written_keeps_nobody_out(clock: Clock, expected_logs: Expect) -> None:
    expected_logs("identity.attempts")
    state_file().parent.parent.write_bytes(b"not a folder")
    assert clock.unlock(PASSPHRASE).person_id == WHO


def test_a_missing_key_is_no_wrong_passphrase(clock: Clock) -> None:
    identity.forget_key(STORE, WHO)
    with pytest.raises(NotFoundError):
        clock.unlock()
    assert identity.failures(STORE, WHO) == 0
