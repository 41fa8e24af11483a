"""Which file system a path is on, and whether its locks can be relied on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MOUNTS = Path("/proc/self/mountinfo")
"""Where the system tells what is mounted, as described in proc_pid_mountinfo(5)."""

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "davfs", "gpfs"}
    | {"9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "coda", "orangefs", "ocfs2", "gfs2", "pvfs2", "acfs"}
)
"""File systems that several machines can write to at once, and whose locks or fsync cannot be relied on for that."""

_LOCAL_FUSE = frozenset(
    {"ext2", "ext4", "ntfs", "ntfs-3g", "exfat", "zfs", "bindfs", "mergerfs", "unionfs", "unionfs-fuse"}
    | {"fuse-overlayfs", "gocryptfs", "encfs", "cryfs", "securefs"}
)
"""Programs behind ``fuse.NAME`` that keep files on this machine. Others may keep them anywhere (sshfs, rclone)."""

_OCTAL = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """One line of mountinfo: its number, that of the mount it is mounted on, where, and the type of file system."""

    number: int
    parent: int
    point: Path
    kind: str


def is_network(kind: str | None) -> bool:
    """Tell whether a type of file system is refused for writing; an unknown program behind FUSE is."""
    if kind is None:
        return False
    family, _, program = kind.partition(".")
    if family == "fuse" and program:
        return program not in _LOCAL_FUSE
    return kind in _NETWORK


def network_reason(path: Path, mounts: str | None = None) -> str | None:
    """Return why ``path`` must not be written to if it is on a network file system, else None.

    ``mounts`` is the text of mountinfo, read if not given.
    """
    if mounts is None:
        try:
            mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None  # no such system: nothing can be told
    kind = file_system(path.resolve(), mounts)
    if not is_network(kind):
        return None
    return (
        f"{path} is on a network file system ({kind}), whose locks and writes cannot be relied on. Keep the store on a "
        "disk of one machine, and let the others read it or take bundles (export --bundle)."
    )


def file_system(path: Path, mounts: str) -> str | None:
    """Return the type of the file system that an absolute path is on, by a mountinfo text; None where it says nothing.

    The mounts are followed from the root down, so that one hidden beneath a later one does not count.
    """
    table = _parsed(mounts)
    numbers = {mount.number for mount in table}
    current: Mount | None = None
    for prefix in (*reversed(path.parents), path):
        here = [mount for mount in table if mount.point == prefix]
        while True:
            above = [mount for mount in here if _lies_on(mount, current, numbers)]
            if not above:
                break
            current = above[-1]
            here.remove(current)
    return None if current is None else current.kind


def _lies_on(mount: Mount, current: Mount | None, numbers: set[int]) -> bool:
    if current is None:  # the first is what nothing else here carries
        return mount.parent not in numbers or mount.parent == mount.number
    return mount.parent == current.number


def _parsed(mounts: str) -> list[Mount]:
    found = []
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 6 or not after or not (fields[0].isdecimal() and fields[1].isdecimal()):
            continue
        point = Path(_OCTAL.sub(lambda match: chr(int(match.group(1), 8)), fields[4]))
        found.append(Mount(int(fields[0]), int(fields[1]), point, after.split(" ")[0]))
    return found
