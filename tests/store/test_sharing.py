"""Who may write a store: its owner alone, or a group; what anybody else could write is only read."""

from __future__ import annotations

import grp
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rmos_console.cli.main import run as rmos
from rmos_console.core.errors import ReadOnlyError, RefusedError, StoreError
from rmos_console.core.store import Limits, Store, create_store, open_store
from tests.faults import other_user
from tests.faults.other_user import ALICE, BOB
from tests.store.making import draft, independent_verify, run_id, seal, sealed

as_root = pytest.mark.skipif(not other_user.is_root(), reason=other_user.NO_ROOT)


def own_group() -> str:
    """Return a group that whoever runs the tests may share with, other than their first."""
    mine = [number for number in os.getgroups() if number != os.getegid()]
    if other_user.is_root():
        return next(each.gr_name for each in grp.getgrall() if each.gr_gid not in {0, 65534})
    return grp.getgrgid((mine or [os.getegid()])[0]).gr_name


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that every user can enter."""
    with other_user.open_to_all() as folder:
        yield folder


def everything_written(path: Path, store: Store) -> None:
    """Have every kind of file written that a store has, a torn tail mended among them."""
    seal(store, 1)
    store.put_blob(b"a blob")
    last = max((path / "ledger").iterdir())
    with last.open("ab") as file:
        file.write(b"torn")
    seal(store, 2, 3)


def check_modes(path: Path, number: int) -> None:
    kinds = set()
    for each in (path, *path.rglob("*")):
        status = each.stat()
        assert stat.S_IMODE(status.st_mode) == (0o2770 if each.is_dir() else 0o660), each
        assert status.st_gid == number, each
        kinds.add(each.relative_to(path).parts[:1])
    assert {kind[0] for kind in kinds if kind} >= {"store.json", "lock", "state", "ledger", "blobs", "catalog"}
    assert list((path / "quarantine").iterdir())
    assert len(list((path / "ledger").iterdir())) > 1


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_shared_store_is_its_groups_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    name = own_group()
    path = tmp_path / "s"
    old = os.umask(umask)
    try:
        create_store(path, name)
        with open_store(path, limits=Limits(runs=2)) as store:
            everything_written(path, store)
            assert store.read_only_reason is None
    finally:
        os.umask(old)
    check_modes(path, grp.getgrnam(name).gr_gid)
    assert json.loads((path / "store.json").read_bytes())["group"] == name
    independent_verify(path)


WRITE = """
from rmos_console.core.store import Limits
with open_store(path, limits=Limits(runs=3)) as store:
    first = store.snapshot().run_count
    seal(store, *range(100 + first, 104 + first))
    store.put_blob(b"blob %d" % first)
    print(store.read_only_reason, store.snapshot().run_count)
print(audit(path).ok)
"""

MINE = """
with open_store(path) as store:
    print(store.read_only_reason)
    try:
        seal(store, 5)
    except StoreError as error:
        print(error.exit_code, error.message == store.read_only_reason)
"""


@as_root
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_everybody_in_the_group_writes_and_nobody_else(public: Path, umask: int) -> None:
    group = own_group()
    number = grp.getgrnam(group).gr_gid
    path = public / "s"
    create_store(path, group)
    with open_store(path) as store:
        seal(store, 0)
    assert other_user.said(WRITE, path, user=ALICE, groups=[number], umask=umask) == "None 5\nTrue\n"
    assert other_user.said(WRITE, path, user=BOB, groups=[number], umask=umask) == "None 9\nTrue\n"
    with open_store(path) as store:
        seal(store, 1)
        assert store.snapshot().run_count == 10
        with (path / "ledger/000001.jsonl").open("rb") as ledger:
            assert os.fstat(ledger.fileno()).st_uid in {0, ALICE, BOB}
    assert {each.stat().st_uid for each in path.rglob("*")} >= {ALICE, BOB}
    stranger = other_user.said("try: open_store(path)\nexcept StoreError as e: print(e)", path, user=BOB)
    assert "may not be read by this account" in stranger
    (path / "quarantine").rmdir()
    other_user.said("with open_store(path) as store: seal(store, 6)", path, user=ALICE, groups=[number], umask=umask)
    independent_verify(path)
    for each in (path, *path.rglob("*")):
        assert stat.S_IMODE(each.stat().st_mode) == (0o2770 if each.is_dir() else 0o660), each
        assert each.stat().st_gid == number, each


@as_root
def test_a_private_store_is_not_written_by_the_owners_group(public: Path) -> None:
    path = public / "s"
    create_store(path)
    for each in (path, *path.rglob("*")):
        os.chown(each, ALICE, 100)
        each.chmod(0o750 if each.is_dir() else 0o640)
    said = other_user.said(MINE, path, user=BOB, groups=[100]).splitlines()
    assert said[0].startswith("The store is read-only: this account may not write ")
    assert said[0].endswith("init --group NAME")
    assert said[1] == "6 True"
    assert other_user.said(MINE, path, user=ALICE).splitlines()[0] == "None"


@as_root
def test_only_a_member_shares_with_a_group(public: Path) -> None:
    group = own_group()
    number = grp.getgrnam(group).gr_gid
    public.chmod(0o777)
    code = f"try: create_store(path, {group!r})\nexcept RefusedError as e: print(e.exit_code, e)"
    said = other_user.said(code, public / "mine", user=ALICE)
    assert said.startswith(f"4 This account is not in the group '{group}'")
    assert f"usermod -aG {group} USER" in said
    assert not (public / "mine").exists()
    assert other_user.said(code, public / "mine", user=ALICE, groups=[number], umask=0o077) == ""
    with open_store(public / "mine") as store:
        seal(store, 1)
    for each in (public / "mine", *(public / "mine").rglob("*")):
        assert stat.S_IMODE(each.stat().st_mode) == (0o2770 if each.is_dir() else 0o660), each


@pytest.mark.parametrize("name", ["no such group", "", "../etc", "a\0b", "x" * 10_000])
def test_a_group_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="There is no group"):
        create_store(tmp_path / "s", name)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    "name", [".", "ledger", "blobs", "catalog", "quarantine", "store.json", "lock", "state", "ledger/000001.jsonl"]
)
@pytest.mark.parametrize("bit", [stat.S_IWOTH, stat.S_IWGRP])
def test_what_others_may_write_is_only_read(tmp_path: Path, name: str, bit: int, *, shared: bool) -> None:
    path = tmp_path / "s"
    create_store(path, own_group() if shared else None)
    with open_store(path) as store:
        seal(store, 1)
    there = path / name
    if shared and bit == stat.S_IWGRP:
        if not other_user.is_root():
            pytest.skip("only root can give files to any group")
        os.chown(there, -1, 65534)
    there.chmod(stat.S_IMODE(there.stat().st_mode) | bit)
    with open_store(path) as store:
        reason = store.read_only_reason or ""
        assert f"{there} is writable by others. Type: ch" in reason
        assert ("chmod -R o-w" if shared else "chmod -R go-w") in reason
        assert store.read_run(run_id(1))["run_id"] == run_id(1)
        with pytest.raises(ReadOnlyError) as caught:
            store.commit(draft(sealed(2)))
        assert caught.value.exit_code == 6
    os.system(f"bash -c '{reason.partition('Type: ')[2]}'")  # noqa: S605  the very line that the user is told to type
    with open_store(path) as store:
        assert store.read_only_reason is None
        seal(store, 2)


def test_a_folder_of_blobs_that_others_may_write_takes_none(tmp_path: Path) -> None:
    create_store(tmp_path / "s")
    with open_store(tmp_path / "s") as store:
        blob = store.put_blob(b"first")
        folder = tmp_path / "s/blobs" / blob[:2]
        folder.chmod(0o777)
        with pytest.raises(ReadOnlyError, match=f"{folder} is writable by others.*chmod go-w"):
            store.put_blob(b"first")
        folder.chmod(0o700)
        assert store.put_blob(b"first") == blob


def test_a_copy_of_a_shared_store_is_its_owners_where_the_group_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "s"
    create_store(path)
    facts = json.loads((path / "store.json").read_bytes())
    (path / "store.json").write_text(json.dumps({**facts, "group": "a group of another machine"}))
    with open_store(path) as store:
        seal(store, 1)
    (path / "ledger").chmod(0o770)
    with open_store(path) as store:
        assert "writable by others" in (store.read_only_reason or "")
        with pytest.raises(StoreError):
            seal(store, 2)


def test_init_says_whose_the_store_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = own_group()
    assert rmos(["--store", str(tmp_path / "s"), "init", "--group", name]) == 0
    assert f"shared with the group {name}" in " ".join(capsys.readouterr().out.split())
    assert rmos(["--store", str(tmp_path / "t"), "init", "--group", name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["group"] == name
    assert rmos(["--store", str(tmp_path / "u"), "init", "--group", "no such group"]) == 4
    assert "getent group" in capsys.readouterr().err
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o2770
