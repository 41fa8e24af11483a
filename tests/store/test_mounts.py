"""Which file system a path is on, read from texts of mountinfo, and what follows for writing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rmos_console.core.errors import ReadOnlyError, StoreError
from rmos_console.core.store import create_store, open_store
from rmos_console.core.store import mounts as module
from rmos_console.core.store.mounts import file_system, is_network, network_reason
from tests.store.making import draft, independent_verify, new_store, run_id, seal, sealed

MACHINE = (
    r"""21 27 0:20 / /proc rw,nosuid - proc proc rw
22 27 0:21 / /sys rw,nosuid - sysfs sysfs rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:50 / /mnt/shop\040floor rw,relatime - nfs4 server:/runs rw,vers=4.2
31 30 254:1 / /mnt/shop\040floor/local rw - xfs /dev/vdb rw
32 27 0:51 / /home/u/remote rw shared:9 master:3 - fuse.sshfs u@host: rw
33 27 0:52 / /mnt/win rw - cifs //server/share rw
34 27 254:0 /srv/shared /mnt/bound rw - ext4 /dev/vda rw
35 27 0:50 /runs/a /srv/a rw - nfs4 server:/runs rw
36 27 0:60 / /data rw - btrfs /dev/vdc rw,subvol=/
37 36 0:61 /@x /data/x rw - btrfs /dev/vdc rw,subvol=/@x
38 36 0:62 / /data/x/deep rw - ceph 10.0.0.1:/ rw
39 37 0:62 / /data/x/deep rw - ceph 10.0.0.1:/ rw
40 27 0:70 / /stack rw - tmpfs tmpfs rw
41 40 0:71 / /stack rw - nfs server:/stack rw
42 27 0:72 / /under rw - xfs /dev/vdd rw
43 42 0:73 / /under/hidden rw - nfs server:/hidden rw
44 42 0:74 / /under rw - ext4 /dev/vde rw
45 27 0:75 / /tab\011and\134slash rw - lustre mgs:/fs rw
46 27 0:76 / /newline\012here rw - glusterfs host:/vol rw
47 27 0:77 / /hash\043tag rw - zfs pool/fs rw
48 27 0:78 / /caf"""
    "\u00e9"
    r""" rw - smb3 //s/caf rw
49 27 0:79 / /dash\040-\040dash rw - 9p host rw
a line that is none
50 27 0:80 / /cut
x y 0:81 / /letters rw - nfs server:/ rw
"""
)
"""A made-up machine. A mount lies on the one its second number names; what a later one hides is not seen."""

CONTAINER = r"""500 499 0:90 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
501 500 0:91 / /proc rw - proc proc rw
502 500 0:92 /volume /store rw - nfs4 server:/v rw
503 500 254:0 /etc/hosts /etc/hosts rw - ext4 /dev/vda rw
"""

MOVED = r"""1 1 0:1 / / rw - rootfs rootfs rw
27 1 254:0 / / rw - ext4 /dev/vda rw
22 27 0:9 / /run rw - tmpfs tmpfs rw
"""

PLACES = [
    (MACHINE, "/", "ext4"),
    (MACHINE, "/srv/runs", "ext4"),
    (MACHINE, "/proc/1", "proc"),
    (MACHINE, "/mnt/shop floor", "nfs4"),
    (MACHINE, "/mnt/shop floor/runs", "nfs4"),
    (MACHINE, "/mnt/shop floors", "ext4"),
    (MACHINE, "/mnt/shop", "ext4"),
    (MACHINE, "/mnt/shop floor/local/runs", "xfs"),
    (MACHINE, "/home/u/remote/x", "fuse.sshfs"),
    (MACHINE, "/mnt/win", "cifs"),
    (MACHINE, "/mnt/bound/x", "ext4"),
    (MACHINE, "/srv/a/store", "nfs4"),
    (MACHINE, "/data", "btrfs"),
    (MACHINE, "/data/x", "btrfs"),
    (MACHINE, "/data/x/deep/store", "ceph"),
    (MACHINE, "/stack/store", "nfs"),
    (MACHINE, "/under/hidden/store", "ext4"),
    (MACHINE, "/tab\tand\\slash/store", "lustre"),
    (MACHINE, "/newline\nhere", "glusterfs"),
    (MACHINE, "/hash#tag/s", "zfs"),
    (MACHINE, "/caf\u00e9/s", "smb3"),
    (MACHINE, "/dash - dash/s", "9p"),
    (MACHINE, "/cut/s", "ext4"),
    (MACHINE, "/letters/s", "ext4"),
    (CONTAINER, "/", "overlay"),
    (CONTAINER, "/home/store", "overlay"),
    (CONTAINER, "/store/deep", "nfs4"),
    (MOVED, "/home", "ext4"),
    (MOVED, "/run/store", "tmpfs"),
    ("", "/x", None),
    ("nothing of the kind\n", "/x", None),
]

NETWORK = """nfs nfs4 cifs smb3 smbfs 9p virtiofs ceph glusterfs lustre beegfs gpfs afs ocfs2 gfs2 vboxsf
fuse.sshfs fuse.glusterfs fuse.ceph fuse.rclone fuse.s3fs fuse.davfs2 fuse.juicefs fuse.something-new"""
LOCAL = """ext2 ext3 ext4 xfs btrfs zfs tmpfs ramfs overlay f2fs bcachefs jfs reiserfs vfat exfat ntfs3 hfsplus fuseblk
fuse fuse.ntfs-3g fuse.mergerfs fuse.gocryptfs fuse.bindfs squashfs iso9660 udf ecryptfs"""
KINDS = [(kind, kinds is NETWORK) for kinds in (NETWORK, LOCAL) for kind in kinds.split()]


@pytest.mark.parametrize(("text", "path", "kind"), PLACES)
def test_the_file_system_is_the_one_that_a_path_leads_to(text: str, path: str, kind: str | None) -> None:
    assert file_system(Path(path), text) == kind


@pytest.mark.parametrize(("kind", "network"), KINDS)
def test_network_file_systems_are_told_from_others(kind: str, network: bool) -> None:
    assert is_network(kind) is network
    text = f"27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:5 / /m rw - {kind} source rw\n"
    reason = network_reason(Path("/m/store"), text)
    assert (reason is not None) is network
    if reason is not None:
        assert f"/m/store is on a network file system ({kind})" in reason
        assert "Keep the store on a disk of one machine" in reason


def test_the_machine_this_runs_on_is_understood() -> None:
    text = module.MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    assert file_system(Path("/proc/self"), text) == "proc"
    assert file_system(Path("/"), text) not in {None, "proc"}


def on(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system tell that ``path`` is on a file system of that kind."""
    table = path.parent / "mountinfo"
    spelled = str(path).replace(" ", r"\040")
    table.write_text(f"27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:5 / {spelled} rw - {kind} x rw\n", "utf-8")
    monkeypatch.setattr(module, "MOUNTS", table)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_store_on_a_network_share_is_only_read_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "a store"
    new_store(path, 1).close()
    on(path, kind, monkeypatch)
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    with open_store(path) as store:
        assert f"({kind})" in (store.read_only_reason or "")
        assert '"allow_network":true in store.json' in (store.read_only_reason or "")
        assert store.read_run(run_id(1))["run_id"] == run_id(1)
        with pytest.raises(ReadOnlyError) as caught:
            store.commit(draft(sealed(2)))
        assert caught.value.exit_code == 6
        with pytest.raises(ReadOnlyError):
            store.put_blob(b"x")
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
    facts = json.loads((path / "store.json").read_bytes())
    (path / "store.json").write_text(json.dumps({**facts, "allow_network": True}))
    with open_store(path) as store:
        assert store.read_only_reason is None
        seal(store, 2)
    assert independent_verify(path)[0] == 3


def test_no_store_is_made_on_a_network_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(tmp_path / "s", "nfs", monkeypatch)
    with pytest.raises(StoreError, match=r"No store is made here: .* network file system \(nfs\)"):
        create_store(tmp_path / "s")
    assert not (tmp_path / "s").exists()
