"""How the HTTP engine is configured, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rmos_console.core.errors import EngineError
from rmos_console.core.explain.http_settings import HttpSettings, read_settings

URL = "RMOS_HTTP_ENGINE_URL"
MODEL = "RMOS_HTTP_ENGINE_MODEL"
KEY = "RMOS_HTTP_ENGINE_KEY_FILE"
GOOD = {URL: "http://localhost:11434/v1/chat/completions?x=1", MODEL: "tiny:1b"}


def key_file(tmp_path: Path, content: bytes = b"sesame\n", mode: int = 0o600) -> str:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


def test_an_address_and_a_model_are_enough() -> None:
    assert read_settings(GOOD) == HttpSettings(False, "localhost", 11434, "/v1/chat/completions?x=1", "tiny:1b")
    whole = read_settings({**GOOD, URL: "https://models.shop", "RMOS_HTTP_ENGINE_SECONDS": "7.5"})
    assert (whole.secure, whole.host, whole.port, whole.target, whole.seconds) == (True, "models.shop", None, "/", 7.5)
    assert read_settings({URL: GOOD[URL], "RMOS_HTTP_ENGINE_FORMAT": "json"}).format == "json"


def test_without_an_address_the_engine_is_off() -> None:
    with pytest.raises(EngineError, match=f"is off; set {URL}"):
        read_settings({MODEL: "tiny"})


WRONG = [
    ({URL: "ftp://a/b"}, URL), ({URL: "localhost:80/x"}, URL), ({URL: "http://"}, URL), ({URL: "http://a:99999/"}, URL),
    ({URL: "http://me:pw@a/"}, URL), ({URL: "http://a/\r\nX: y"}, URL), ({URL: "http://[::1/"}, URL),
    ({URL: "http://a:0/"}, URL), ({URL: "http://a/ü"}, URL),
    ({MODEL: ""}, MODEL), ({MODEL: "a b"}, MODEL), ({MODEL: "a,b@1"}, MODEL), ({MODEL: "x" * 100}, MODEL),
    ({"RMOS_HTTP_ENGINE_FORMAT": "xml"}, "RMOS_HTTP_ENGINE_FORMAT"),
    *(({"RMOS_HTTP_ENGINE_SECONDS": text}, "RMOS_HTTP_ENGINE_SECONDS") for text in ("0", "x", "nan", "-1", "111")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "named"), WRONG)
def test_a_wrong_setting_is_named_without_its_value(changes: dict[str, str], named: str) -> None:
    with pytest.raises(EngineError, match=named) as raised:
        read_settings({**GOOD, **changes})
    assert not [value for value in changes.values() if len(value) > 2 and value in raised.value.message]


def test_the_key_comes_from_a_file_of_ones_own(tmp_path: Path) -> None:
    settings = read_settings({**GOOD, KEY: key_file(tmp_path)})
    assert settings.key == "sesame"
    assert "sesame" not in repr(settings)
    far = {**GOOD, URL: "https://models.shop/v1", KEY: key_file(tmp_path)}
    assert read_settings(far).key == "sesame"


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (b"sesame", 0o644, "open to others"),
        (b"sesame", 0o640, "open to others"),
        (b"", 0o600, "one key on one line"),
        (b"a\nb", 0o600, "one key on one line"),
        (b"a\r\nX-Evil: b", 0o600, "one key on one line"),
        (b"x" * 5000, 0o600, "one key on one line"),
        ("schlüssel".encode(), 0o600, "cannot be read"),
    ],
)
def test_a_key_file_that_is_open_or_odd_is_refused(
    tmp_path: Path, content: bytes, mode: int, reason: str, expected_logs: Callable[..., object]
) -> None:
    expected_logs("swallowed", always=False)
    with pytest.raises(EngineError, match=reason) as raised:
        read_settings({**GOOD, KEY: key_file(tmp_path, content, mode)})
    assert str(tmp_path) not in raised.value.message
    assert "sesame" not in raised.value.message


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    expected_logs("swallowed")
    with pytest.raises(EngineError, match="cannot be read"):
        read_settings({**GOOD, KEY: str(tmp_path / "none")})
    with pytest.raises(EngineError, match="RMOS_HTTP_ENGINE_KEY_FILE"):
        read_settings({**GOOD, KEY: str(tmp_path)})


@pytest.mark.parametrize("address", ["http://models.shop/v1", "http://192.168.1.9/v1", "http://localhost.evil.com/"])
def test_the_key_is_not_sent_unencrypted_to_other_machines(tmp_path: Path, address: str) -> None:
    with pytest.raises(EngineError, match="unencrypted"):
        read_settings({**GOOD, URL: address, KEY: key_file(tmp_path)})
    assert read_settings({**GOOD, URL: address}).key is None
