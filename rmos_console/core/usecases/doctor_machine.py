"""What the doctor looks at on the machine itself: Python, the libraries, the folder of settings and keys."""

from __future__ import annotations

import os
import platform
import re
import shlex
import stat
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple

from platformdirs import user_config_path

from rmos_console.core.records.doctor import Check

PACKAGE: Final = "rmos-console"
LEAST_PYTHON: Final = (3, 11)

QT: Final = "pyside6-essentials"
"""Only the window needs it; everything else works without."""

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*([^;]*)(;.*)?")
_CLAUSE = re.compile(r"(>=|<=|==|!=|<|>)\s*(\d+(?:\.\d+)*)")
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")
_ORDER = {
    ">=": lambda found, named: found >= named,
    "<=": lambda found, named: found <= named,
    "==": lambda found, named: found == named,
    "!=": lambda found, named: found != named,
    "<": lambda found, named: found < named,
    ">": lambda found, named: found > named,
}


class KnownBad(NamedTuple):
    """A release that must not be used, on the Python versions named (none named: on any), and why."""

    name: str
    version: tuple[int, ...]
    pythons: tuple[tuple[int, int], ...]
    why: str


KNOWN_BAD: Final = (
    KnownBad(QT, (6, 12, 0), ((3, 11),), "it drops references to None on Python 3.11 and ends the program"),
    KnownBad(QT, (6, 10, 1), (), "it is a broken release"),
)


def check_machine() -> Iterator[Check]:
    """Yield how Python, the libraries and the folder of settings and keys stand."""
    yield check_python(sys.version_info[:2])
    yield from check_libraries()
    yield check_settings(user_config_path(PACKAGE))


def check_python(version: tuple[int, int]) -> Check:
    """Judge a version of Python."""
    found = f"Python {platform.python_version()} on {platform.system()} {platform.release()}"
    if version < LEAST_PYTHON:
        return Check(name="Python", state="fail", found=found, advice="Use Python 3.11 or newer.")
    return Check(name="Python", state="ok", found=found)


def check_libraries() -> Iterator[Check]:
    """Yield one check over all libraries that this installation asks for, and one for each that is not as asked."""
    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        yield Check(
            name="libraries",
            state="warn",
            found=f"{PACKAGE} is not installed as a package, so there is no list of what it needs",
            advice="Install it, from a checkout with: packaging/run",
        )
        return
    good: list[str] = []
    bad: list[Check] = []
    for requirement in requirements:
        parts = _REQUIREMENT.match(requirement)
        if parts is None or "extra" in (parts[3] or ""):
            continue
        try:
            version = metadata.version(parts[1])
        except metadata.PackageNotFoundError:
            bad.append(_absent(parts[1]))
            continue
        judged = judge_library(parts[1], version, parts[2], sys.version_info[:2])
        if judged is None:
            good.append(f"{parts[1]} {version}")
        else:
            bad.append(judged)
    yield Check(name="libraries", state="ok", found=", ".join(good) or "none as asked")
    yield from bad


def judge_library(name: str, version: str, asked: str, python: tuple[int, int]) -> Check | None:
    """Return what is wrong with an installed library, or None; ``asked`` is the range as in ">=2.10,<3"."""
    found = numbers(version)
    for bad in KNOWN_BAD:
        if (name, _padded(found)) == (bad.name, _padded(bad.version)) and (not bad.pythons or python in bad.pythons):
            return _library(name, "fail", f"version {version} must not be used: {bad.why}", asked)
    wrong = [clause for clause in _CLAUSE.findall(asked) if not _ORDER[clause[0]](*_alike(found, numbers(clause[1])))]
    if not wrong:
        return None
    old = any(operator in {">=", ">"} for operator, _ in wrong)
    said = f"version {version} is {'older' if old else 'other'} than asked for ({asked})"
    return _library(name, "fail" if old else "warn", said, asked)


def numbers(version: str) -> tuple[int, ...]:
    """Return the release numbers of a version; of "6.12.0rc1" (6, 12, 0)."""
    match = _NUMBERS.match(version)
    return tuple(map(int, match[0].split("."))) if match else ()


def _padded(version: tuple[int, ...]) -> tuple[int, ...]:
    return (*version, 0, 0, 0, 0)[:4]


def _alike(found: tuple[int, ...], named: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return _padded(found), _padded(named)


def _absent(name: str) -> Check:
    if name == QT:
        return _library(name, "warn", "not installed, so no window can open; everything else works", "")
    return _library(name, "fail", "not installed", "")


def _library(name: str, state: str, found: str, asked: str) -> Check:
    install = f"{shlex.quote(sys.executable)} -m pip install {shlex.quote(name + asked)}"
    return Check.model_validate({"name": name, "state": state, "found": found, "advice": f"Type: {install}"})


def check_settings(folder: Path) -> Check:
    """Judge the folder in which keys and settings of this user are: whether others can read it, and we write it."""
    name = "settings and keys"
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return Check(name=name, state="ok", found=f"{folder} does not exist yet; the first key makes it")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        return Check(name=name, state="fail", found=f"{folder}: {reason}", advice="Make it readable for this account.")
    quoted = shlex.quote(str(folder))
    if not stat.S_ISDIR(status.st_mode):
        advice = f"Move it away: mv {quoted} {quoted}.old"
        return Check(name=name, state="fail", found=f"{folder} is no folder, so no key can be kept", advice=advice)
    if status.st_uid != os.geteuid():
        found = f"{folder} belongs to another account (number {status.st_uid})"
        return Check(name=name, state="fail", found=found, advice=f"As root: chown -R {os.geteuid()} {quoted}")
    exposed = sorted(_exposed(folder))
    if exposed:
        found = f"others can read or write {exposed[0]}" + (f" and {len(exposed) - 1} more" if exposed[1:] else "")
        return Check(name=name, state="fail", found=found, advice=f"Type: chmod -R go-rwx {quoted}")
    if not os.access(folder, os.W_OK | os.X_OK):
        found = f"{folder} cannot be written, so no key can be made here"
        return Check(name=name, state="warn", found=found, advice=f"Type: chmod u+rwx {quoted}")
    return Check(name=name, state="ok", found=f"{folder}, private to this account")


def _exposed(folder: Path) -> Iterator[Path]:
    """Yield what others can read or write of the keys, and the folder itself where they can write it."""
    if folder.lstat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield folder
    keys = folder / "keys"
    for path in keys.rglob("*.json") if keys.is_dir() else ():
        if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield path
