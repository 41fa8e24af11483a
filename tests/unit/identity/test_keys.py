"""Keys on this machine: made once, unlocked by passphrase only, private to their owner."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platformdirs import user_config_path

from rmos_console.core import identity
from rmos_console.core.errors import BadDataError, BadIdError, ConflictError, NotFoundError, RmosError, SignatureError
from rmos_console.core.review.signing import verify

STORE = "store_0123456789abcdef"
PASSPHRASE = "correct horse battery"
CHEAP = 2


def made(person_id: str = "mvoss", passphrase: str = PASSPHRASE) -> str:
    return identity.create_key(STORE, person_id, "M. Voss", passphrase, cost=CHEAP)


def file_of(person_id: str = "mvoss") -> Path:
    return user_config_path("rmos-console") / "keys" / STORE / f"{person_id}.json"


def test_a_key_made_is_unlocked_and_signs() -> None:
    public_key = made()
    signer = identity.unlock(STORE, "mvoss", PASSPHRASE)
    assert (signer.person_id, signer.name, signer.store_id, signer.public_key) == (
        "mvoss",
        "M. Voss",
        STORE,
        public_key,
    )
    assert verify(public_key, {"a": 1}, signer.sign({"a": 1}))
    assert identity.local_people(STORE) == ["mvoss"]


@given(st.text(min_size=8, max_size=30).filter(lambda text: len(text.strip()) >= 8), st.text(max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_its_own_passphrase_opens_a_key(passphrase: str, other: str) -> None:
    identity.forget_key(STORE, "mvoss")
    try:
        public_key = made(passphrase=passphrase)
    except SignatureError:
        assert len(passphrase) != len(normalize("NFKC", passphrase))
        return
    assert identity.unlock(STORE, "mvoss", passphrase).public_key == public_key
    if normalize("NFKC", other) != normalize("NFKC", passphrase):
        with pytest.raises(SignatureError, match="wrong"):
            identity.unlock(STORE, "mvoss", other)


def test_a_passphrase_is_the_same_however_its_letters_were_typed() -> None:
    made(passphrase="Schl\u00fcssel-caf\u00e9")
    assert identity.unlock(STORE, "mvoss", "Schlu\u0308ssel-cafe\u0301").person_id == "mvoss"


@pytest.mark.parametrize("weak", ["", "short", "1234567", " " * 20, "x" * 1025])
def test_passphrases_that_protect_nothing_are_refused(weak: str) -> None:
    with pytest.raises(SignatureError, match="passphrase"):
        made(passphrase=weak)
    assert identity.local_people(STORE) == []


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_files_and_folders_are_private_whatever_the_umask() -> None:
    before = os.umask(0)
    try:
        made()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file_of().stat().st_mode) == 0o600
    for folder in (file_of().parent, file_of().parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in file_of().parent.iterdir()] == ["mvoss.json"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_key_that_others_can_read_is_refused() -> None:
    made()
    file_of().chmod(0o644)
    with pytest.raises(SignatureError, match="0600"):
        identity.unlock(STORE, "mvoss", PASSPHRASE)


def test_a_second_key_of_the_same_person_is_refused_and_the_first_stays() -> None:
    public_key = made()
    with pytest.raises(ConflictError, match="mvoss"):
        made(passphrase="another passphrase")
    assert identity.unlock(STORE, "mvoss", PASSPHRASE).public_key == public_key
    assert len(list(file_of().parent.iterdir())) == 1


def test_nobody_here_and_forgotten_keys_are_said_to_be_missing() -> None:
    assert identity.local_people(STORE) == []
    made()
    identity.forget_key(STORE, "mvoss")
    identity.forget_key(STORE, "mvoss")
    with pytest.raises(NotFoundError, match="mvoss"):
        identity.unlock(STORE, "mvoss", PASSPHRASE)


@pytest.mark.parametrize(("store_id", "person_id"), [("../x", "mvoss"), ("", "mvoss"), (STORE, "../x"), (STORE, "A B")])
def test_ids_that_are_paths_never_become_one(store_id: str, person_id: str) -> None:
    for attempt in (
        lambda: identity.create_key(store_id, person_id, "X", PASSPHRASE, cost=CHEAP),
        lambda: identity.unlock(store_id, person_id, PASSPHRASE),
        lambda: identity.forget_key(store_id, person_id),
    ):
        with pytest.raises(BadIdError):
            attempt()


def rewritten(change: Any) -> None:
    document = json.loads(file_of().read_text("utf-8"))
    change(document)
    file_of().write_text(json.dumps(document), "utf-8")


ALTERED: list[tuple[Any, type[RmosError]]] = [
    (lambda d: d.update(name="Somebody Else"), SignatureError),
    (lambda d: d.update(public_key="ab" * 32), SignatureError),
    (lambda d: d.update(extra=1), SignatureError),
    (lambda d: d.update(private_key="00" + d["private_key"][2:]), SignatureError),
    (lambda d: d.update(private_key="zz"), BadDataError),
    (lambda d: d.pop("private_key"), BadDataError),
    (lambda d: d.update(nonce=""), BadDataError),
    (lambda d: d.update(store_id="store_other"), BadDataError),
    (lambda d: d.update(person_id="ada"), BadDataError),
    (lambda d: d["kdf"].update(n=2**40), BadDataError),
    (lambda d: d["kdf"].update(n=3), BadDataError),
    (lambda d: d["kdf"].update(n="2"), BadDataError),
    (lambda d: d["kdf"].update(r=1), BadDataError),
    (lambda d: d.update(kdf=None), BadDataError),
    (lambda d: d.update(public_key=5), BadDataError),
]


@pytest.mark.parametrize(("change", "error"), ALTERED)
def test_an_altered_key_file_does_not_open(change: Any, error: type[RmosError]) -> None:
    made()
    rewritten(change)
    with pytest.raises(error) as caught:
        identity.unlock(STORE, "mvoss", PASSPHRASE)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b"{}" + b" " * 20_000])
def test_a_file_that_is_no_key_is_bad_data(data: bytes) -> None:
    made()
    file_of().write_bytes(data)
    with pytest.raises(BadDataError):
        identity.unlock(STORE, "mvoss", PASSPHRASE)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX")
def test_a_key_that_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    made()
    elsewhere = tmp_path / "key"
    file_of().rename(elsewhere)
    file_of().symlink_to(elsewhere)
    with pytest.raises(SignatureError, match="cannot be read"):
        identity.unlock(STORE, "mvoss", PASSPHRASE)
    file_of().unlink()
    os.mkfifo(file_of(), 0o600)
    with pytest.raises(SignatureError, match="0600"):
        identity.unlock(STORE, "mvoss", PASSPHRASE)


def test_a_public_half_that_is_not_the_private_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            "rmos_console.core.identity.keys.public_hex", lambda _key: "ab" * 32
        )  # whoever knows the passphrase could seal this
        made()
    with pytest.raises(SignatureError, match="belong together"):
        identity.unlock(STORE, "mvoss", PASSPHRASE)


def test_secrets_stay_out_of_messages_logs_and_files(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made()
    signer = identity.unlock(STORE, "mvoss", PASSPHRASE)
    with pytest.raises(SignatureError) as caught:
        identity.unlock(STORE, "mvoss", "wrong passphrase!")
    shown = caught.value.message + repr(caught.value.details) + caplog.text + repr(signer)
    assert "wrong passphrase!" not in shown
    assert PASSPHRASE not in shown + file_of().read_text("utf-8")


def test_a_recovery_code_gives_its_key_back_as_people_type_it() -> None:
    made_code = identity.recovery_code(cost=CHEAP)
    groups = made_code.code.split("-")
    assert [len(group) for group in groups] == [4] * identity.RECOVERY_GROUPS
    for typed in (made_code.code, made_code.code.lower(), " ".join(groups), "".join(groups).replace("O", "0")):
        key = identity.recovery_key(typed, made_code.salt, cost=CHEAP)
        assert key.public_key().public_bytes_raw().hex() == made_code.public_key
    other = identity.recovery_code(cost=CHEAP)
    assert other.code != made_code.code
    assert identity.recovery_key(made_code.code, other.salt, cost=CHEAP).public_key() != key.public_key()


@pytest.mark.parametrize("typed", ["", "AAAA", "AAAA-AAAA-AAAA-AAAA-AAAA-AAA9", "ÄAAA" * 6])
def test_what_is_no_recovery_code_is_refused(typed: str) -> None:
    with pytest.raises(SignatureError, match="groups"):
        identity.recovery_key(typed, "00" * 16, cost=CHEAP)
    with pytest.raises(BadDataError, match="salt"):
        identity.recovery_key("AAAA" * 6, "xyz", cost=CHEAP)


def test_the_normal_cost_takes_a_noticeable_time_for_each_try() -> None:
    assert identity.SCRYPT_COST >= 2**15
