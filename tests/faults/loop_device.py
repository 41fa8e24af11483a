"""File systems of our own on loop devices in memory, which can be switched off like a machine that loses its power.

The shutdown call of ext4 and xfs (``FS_IOC_SHUTDOWN``) stops every write at once: what the file system had not written
yet, data and journal, is gone at the next mount, exactly as after a power cut of a medium that writes in order.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import functools
import gc
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

FILE_SYSTEMS = ("ext4", "xfs")

NO_LOG_FLUSH = 2
"""Nothing more is written, not even the journal: the power is gone."""
LOG_FLUSH = 1
"""The journal is written, the data is not: names and sizes may be newer than what they stand for."""

_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32): EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN
_LOOP = 7
"""The major number of loop devices."""
_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
_MEGABYTES = {"ext4": 128, "xfs": 320}  # xfs refuses to be smaller than 300
_MEGABYTE = 1024 * 1024
_MKFS = {"ext4": ["-F", "-b", "4096", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0"], "xfs": ["-f", "-K"]}
_BUSY_SECONDS = 10.0
_NEEDED = ("mount", "umount", "fstrim")


class Medium:
    """A file system in the image ``image``, mounted at :attr:`root` unless it is unmounted."""

    def __init__(self, kind: str, image: Path, root: Path) -> None:
        self.kind = kind
        self.image = image
        self.root = root

    def mount(self) -> None:
        """Mount, which replays the journal if there is something in it; unmounting ends the loop device, too."""
        run("mount", "-o", "loop", "-t", self.kind, str(self.image), str(self.root))
        os.listdir(self.root)  # noqa: PTH208  what is not alive says so here

    def unmount(self) -> None:
        """Unmount; what a file system that was shut down still held in memory is forgotten by that."""
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                run("umount", str(self.root))
            except OSError:
                if time.monotonic() > deadline:
                    raise
                gc.collect()  # a closed store may keep files mapped until its last snapshot is gone
                time.sleep(0.005)  # a killed process lets go of its files a moment after it is reaped
            else:
                return

    def remount(self) -> None:
        """Unmount and mount again: everything comes from the medium then, nothing from memory."""
        self.unmount()
        self.mount()

    def cut(self, flag: int = NO_LOG_FLUSH) -> int:
        """Cut the power and return CLOCK_MONOTONIC, in ns, of the moment before."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            return cut(descriptor, flag)
        finally:
            os.close(descriptor)

    def trim(self) -> None:
        """Hand back what the file system does not use, so that a block needs room again when it is first written."""
        run("fstrim", str(self.root))

    def starve(self) -> None:
        """Let every write to a block that was not in use yet fail, as on a disk without spare sectors or a volume whose
        pool is full; for a ``solid`` image that was trimmed."""
        # A loop device reports a write that is cut short as done; one page at a time cannot be cut short.
        device = self.root.stat().st_dev
        Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/queue/max_sectors_kb").write_text("4")
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while os.write(descriptor, bytes(_MEGABYTE)):
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        finally:
            os.close(descriptor)

    def feed(self) -> None:
        """Let writes succeed again."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.image.with_name("filler")

    def plug_in(self, outer: Medium) -> None:
        """Come back from the dead after :meth:`cut` of the medium ``outer`` that the image lies on."""
        self.unmount()
        outer.remount()
        self.mount()

    def detach(self) -> None:
        """Let go of everything, whatever state it is in."""
        with suppress(OSError):  # not mounted just then, or still busy
            run("umount", "-l", str(self.root))


def cut(descriptor: int, flag: int = NO_LOG_FLUSH) -> int:
    """Cut the power of the file system that a descriptor is on; return CLOCK_MONOTONIC, in ns, before that."""
    if os.major(os.fstat(descriptor).st_dev) != _LOOP:
        raise ValueError("This is no loop device: its power is not ours to cut.")
    began = time.monotonic_ns()
    fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", flag))
    return began


@contextmanager
def medium(kind: str, *, solid: bool = False, on: Path | None = None) -> Iterator[Medium]:
    """Make and mount a file system whose image lies in memory, or in the folder ``on``; nothing of it is left behind.

    Of a ``solid`` image every byte is there from the beginning, also where the file system has not written yet.
    """
    _keep_mounts_apart()
    with ExitStack() as stack:
        name = stack.enter_context(TemporaryDirectory(prefix="rmos-medium-"))
        folder = on or stack.enter_context(memory(Path(name) / "ram", f"size={_MEGABYTES[kind] + 64}m"))
        image, root = folder / "image", Path(name) / "root"
        root.mkdir()
        with image.open("wb") as file:
            file.truncate(_MEGABYTES[kind] * _MEGABYTE)
        run(f"mkfs.{kind}", "-q", *_MKFS[kind], str(image))
        if solid:
            _fill_holes(image)
        made = Medium(kind, image, root)
        try:
            made.mount()
            yield made
        finally:
            made.detach()


@functools.cache
def _keep_mounts_apart() -> None:
    """Give this process mounts of its own: they end with it, and nobody else's namespace keeps one of them alive."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_MOUNTS):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    run("mount", "--make-rprivate", "/")


def _fill_holes(image: Path) -> None:
    with image.open("r+b") as file:
        while data := file.read(_MEGABYTE):
            file.seek(-len(data), os.SEEK_CUR)
            file.write(data)


@contextmanager
def memory(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory at ``folder``, which is made."""
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", options, "rmos-faults", str(folder))
    try:
        yield folder
    finally:
        run("umount", "-l", str(folder))


@functools.cache
def missing(kind: str) -> str | None:
    """Return why a medium of this kind cannot be made here, or None: it is tried, since containers forbid much."""
    if os.geteuid() != 0:
        return "needs root, for loop devices"
    lacking = [tool for tool in (*_NEEDED, f"mkfs.{kind}") if shutil.which(tool) is None]
    if lacking:
        return f"needs {', '.join(lacking)}"
    try:
        with medium(kind) as found:
            found.cut()
    except OSError as error:
        return f"no {kind} on a loop device that can be shut down: {error}"
    return None


def run(*command: str) -> str:
    """Run a command of the system and return what it prints; raises :class:`OSError` with its complaint."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise OSError(f"{command[0]}: {told[0]}")
    return done.stdout


def sync(folder: Path) -> None:
    """Make everything durable on the file system that ``folder`` is on."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            raise OSError(ctypes.get_errno(), f"syncfs of {folder} failed")
    finally:
        os.close(descriptor)
