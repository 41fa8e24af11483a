"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("tinydb", "pydantic", "pyside6-essentials", "pygit2", "cryptography")


def describe(folder: Path) -> Iterator[str]:
    """Yield what may matter about this machine, a line each; ``folder`` is where the stores lie."""
    yield f"{os.cpu_count()} cores ({_processor()}), {_memory()} of memory, Linux {platform.release()}"
    yield f"disk of the stores: {_medium(folder)}; load average at the start {os.getloadavg()[0]:.1f}"
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    yield f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {packages}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def _medium(folder: Path) -> str:
    """Return kind and device of the mount that a folder lies on."""
    best = ("", "unknown", "")
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        device, point, kind = line.split(" ")[:3]
        inside = str(folder.resolve()) == point or str(folder.resolve()).startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, kind, device)
    return f"{best[1]} on {best[2]}"
