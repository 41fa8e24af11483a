"""What every test shares: a home of its own, an offscreen Qt, no unexpected log record, the sample stores."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Qt reads this when the first application object is built, and pytest-qt imports Qt early.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Numbers and dates are spelled as without any locale, whatever the machine's own is; bytes are UTF-8.
for _variable in [name for name in os.environ if name in {"LANG", "LANGUAGE"} or name.startswith("LC_")]:
    del os.environ[_variable]
os.environ["LC_CTYPE"] = "C.UTF-8"

hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, print_blob=True, max_examples=60)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# Options and the summary of the fault suite must be known before its folder is collected.
pytest_plugins = ("tests.faults.tiers",)

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLES = CHECKOUT.parent / "shared" / "samples"
HOME_FOLDERS = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
}
FORGOTTEN = ("FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS")
"""Variables that make terminal libraries colour or reshape their output."""


def _settle(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Point every per-user folder below `root` and drop the settings of whoever runs the tests."""
    for variable, name in HOME_FOLDERS.items():
        folder = root / name
        folder.mkdir(mode=0o700, exist_ok=True)
        patch.setenv(variable, str(folder))
    for variable in [name for name in os.environ if name.startswith("RMOS_")]:
        patch.delenv(variable)
    for variable in FORGOTTEN:
        patch.delenv(variable, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Isolate what session and module fixtures do before the first test's own home exists."""
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, tmp_path_factory.mktemp("session-home"))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test an empty home, so that keys, settings and stores of the user are out of reach."""
    _settle(monkeypatch, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def samples() -> Path:
    """Return the folder of sample stores beside the checkout; where it is absent the test is skipped."""
    if not SAMPLES.is_dir():
        pytest.skip("the sample stores (../shared/samples beside the checkout) are not on this machine")
    return SAMPLES


class LogWatch:
    """Collects what the product logs at WARNING or above, and what the test said it expects of it."""

    def __init__(self) -> None:
        self.records: list[logging.LogRecord] = []
        self.expected: list[re.Pattern[str]] = []
        self.tolerated: list[re.Pattern[str]] = []

    def make_record(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        """Stand in for logging's record factory: sees every record, whatever handlers a program sets up."""
        record = logging.LogRecord(*args, **kwargs)
        if record.levelno >= logging.WARNING and record.name.split(".")[0] == "rmos_console":
            self.records.append(record)
        return record

    def problems(self) -> list[str]:
        """Return one line for each record nobody expected and for each expectation nothing met."""
        lines = [_line(record) for record in self.records]
        welcome = [*self.expected, *self.tolerated]
        unexpected = [
            f"unexpected log record: {line}" for line in lines if not any(pattern.search(line) for pattern in welcome)
        ]
        missing = [
            f"expected log record never came: {pattern.pattern}"
            for pattern in self.expected
            if not any(pattern.search(line) for line in lines)
        ]
        return unexpected + missing


PLAIN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime"}


def _line(record: logging.LogRecord) -> str:
    """Return "LEVEL logger: message key=value …", with the facts and the exception a record carries."""
    facts = [f"{key}={value}" for key, value in vars(record).items() if key not in PLAIN]
    if record.exc_info and record.exc_info[1]:
        facts.append(f"exception={record.exc_info[1]!r}")
    return " ".join([f"{record.levelname} {record.name}: {record.getMessage()}", *facts])


@pytest.fixture(autouse=True)
def _log_watch() -> Iterator[LogWatch]:
    """Fail a test in which the product logs a warning or an error the test did not announce."""
    watch = LogWatch()
    logger = logging.getLogger("rmos_console")
    before = logger.handlers[:], logger.level, logger.propagate
    logging.setLogRecordFactory(watch.make_record)
    try:
        yield watch
    finally:
        logging.setLogRecordFactory(logging.LogRecord)
        logger.handlers[:], logger.level, logger.propagate = before
    problems = watch.problems()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def expected_logs(_log_watch: LogWatch) -> Callable[..., list[logging.LogRecord]]:
    """Return `expect(pattern, always=True)`, which announces records the test provokes.

    The pattern (a regular expression) is searched in "LEVEL logger: message key=value …". With `always`
    a record must come; without, it may. The call returns the live list of all records seen at WARNING or above.
    """

    def expect(pattern: str, *, always: bool = True) -> list[logging.LogRecord]:
        (_log_watch.expected if always else _log_watch.tolerated).append(re.compile(pattern))
        return _log_watch.records

    return expect
