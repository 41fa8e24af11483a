"""Running a few lines of Python as another user of the machine; only root can do that."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ALICE, BOB = 61_001, 61_002
"""User ids that nobody has. A file needs no more of its owner than a number."""

NO_ROOT = "only root can act as other users"

_WORKER = """
import os, sys, tempfile
from pathlib import Path
from rmos_console.cli.main import run as rmos
from rmos_console.core.errors import *
from rmos_console.core.store import create_store, open_store
from rmos_console.core.usecases.audit import audit
from tests.store.making import draft, run_id, seal, sealed
uid, groups, umask = int(sys.argv[1]), [int(each) for each in sys.argv[2].split(",") if each], int(sys.argv[3], 8)
# What is loaded on first use is loaded now: the user may not be able to read the program's own folder.
with tempfile.TemporaryDirectory() as scratch:
    warm = Path(scratch, "warm")
    create_store(warm)
    with open_store(warm) as store:
        seal(store, 1)
        store.put_blob(b"warm")
    audit(warm)
os.setgroups(groups)
os.setresgid(65534, 65534, 65534)
os.setresuid(uid, uid, uid)
os.umask(umask)
path = Path(sys.argv[4])
"""


def said(code: str, path: Path, *, user: int, groups: Sequence[int] = (), umask: int = 0o077) -> str:
    """Run ``code`` as a user who is in ``groups``, with ``path`` (a :class:`Path`) and the store's functions at hand.

    Returns what it printed; the code must end well.
    """
    arguments = [str(user), ",".join(map(str, groups)), f"{umask:o}", str(path)]
    done = subprocess.run(
        [sys.executable, "-c", _WORKER + code, *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def open_to_all() -> Iterator[Path]:
    """Make a folder that every user can enter, as the folders of a test run cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="rmos-users-"))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder)


def is_root() -> bool:
    """Tell whether this process may become other users."""
    return os.geteuid() == 0
