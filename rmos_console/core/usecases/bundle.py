"""Opening a bundle that came from elsewhere: into a folder of its own, and only if it is what a bundle is.

A zip file may be hostile: names that lead elsewhere, links, a few bytes that unpack to a disk full. What a bundle may
hold is a short list of names, so everything else is refused before a byte is written.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rmos_console.core.canonical import read_json
from rmos_console.core.errors import BadDataError, NoStoreError
from rmos_console.core.records.report import Finding

FINDINGS = "findings.json"
README = "README.txt"
VERIFIER = "verify.py"
"""What a bundle holds beside the parts of a store: what an audit found, an explanation, and the verifier."""

MAX_FILES = 2_000_000
"""More parts than a store of a million runs has."""

MAX_RATIO = 200
"""How many bytes each byte of the file may unpack to: ledgers and G-code stay far below, bombs reach a thousand."""

FREE_BYTES = 64 * 1024 * 1024
"""Below this unpacked size the ratio does not matter."""

_CHUNK = 1024 * 1024
_NAMES = re.compile(
    rf"store\.json|{re.escape(FINDINGS)}|{re.escape(VERIFIER)}|{re.escape(README)}|ledger/\d{{6}}\.jsonl"
    r"|blobs/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}|quarantine/\d{6}-\d{1,15}-[0-9a-f]{64}",
    re.ASCII,
)


def is_bundle(path: Path) -> bool:
    """Tell whether a path names a bundle rather than a store's folder."""
    return path.suffix.lower() == ".zip" and not path.is_dir()


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a bundle into a temporary folder, which is gone afterwards, and yield it: a store to be read only.

    Raises :class:`NoStoreError` where there is no file, :class:`BadDataError` for what is no bundle, hostile or broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _checked(archive, path)
            with tempfile.TemporaryDirectory(prefix="rmos-bundle-") as name:
                folder = Path(name)
                _check_room(parts, folder, path)
                for part in parts:
                    _unpack(archive, part, folder, path)
                for each in ("ledger", "blobs", "catalog", "quarantine"):
                    (folder / each).mkdir(mode=0o700, exist_ok=True)
                yield folder
    except FileNotFoundError as error:
        raise NoStoreError(f"There is no bundle {path}; name the zip file that `export --bundle` made.") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadDataError(f"{path} is no zip file that can be read ({_line(error)}); copy it again.") from error


def earlier_findings(folder: Path) -> list[Finding]:
    """Return the damage and violations that were found where the bundle was made; nobody vouches for this list."""
    file = folder / FINDINGS
    if not file.is_file():
        return []
    document = read_json(file.read_bytes(), name=FINDINGS)
    listed = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise BadDataError(f"{FINDINGS} of the bundle is malformed; copy the bundle again.")
    found = [Finding.parse(each, name=FINDINGS) for each in listed]
    return [
        each.model_copy(update={"message": f"found where the bundle was made: {each.message}"})
        for each in found
        if each.severity in {"damage", "violation"}
    ]


def _checked(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    parts = archive.infolist()
    if len(parts) > MAX_FILES:
        raise BadDataError(f"{path} holds {len(parts):,} parts; no bundle holds more than {MAX_FILES:,}.")
    seen: set[str] = set()
    for part in parts:
        complaint = _complaint(part, seen)
        if complaint is not None:
            raise BadDataError(f"{path} is no bundle, or a hostile one: {part.filename[:100]!r} {complaint}.")
        seen.add(part.filename)
    if "store.json" not in seen:
        raise BadDataError(f"{path} is no bundle: there is no store.json in it.")
    return parts


def _complaint(part: zipfile.ZipInfo, seen: set[str]) -> str | None:
    if _NAMES.fullmatch(part.filename) is None or part.orig_filename != part.filename:
        return "is no name of a part of a store"
    if part.filename in seen:
        return "stands in it twice"
    kind = stat.S_IFMT(part.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        return "is a link or no file"
    if part.flag_bits & 0x1:
        return "is encrypted"
    return None


def _check_room(parts: list[zipfile.ZipInfo], folder: Path, path: Path) -> None:
    total = sum(part.file_size for part in parts)
    if total > max(FREE_BYTES, MAX_RATIO * path.stat().st_size):
        raise BadDataError(f"{path} would unpack to {total:,} bytes, more than {MAX_RATIO} times its size; not opened.")
    if total > shutil.disk_usage(folder).free:
        raise BadDataError(f"{path} unpacks to {total:,} bytes, and {folder.parent} has no room; set TMPDIR elsewhere.")


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, folder: Path, path: Path) -> None:
    target = folder / part.filename
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    left = part.file_size
    with os.fdopen(descriptor, "wb") as out, archive.open(part) as source:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise BadDataError(f"{path} is hostile: {part.filename!r} unpacks to more than it says.")
            out.write(chunk)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
