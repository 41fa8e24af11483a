"""A store at two places: a copy that is written beside its original goes its own way, and nothing joins them again.

Nothing in a folder tells a copy from a restored backup, so nothing is refused; what can be known is told. The holder's
note in ``state`` says where the store was when it was last written. The user's cache remembers where this user has
written a store of that id. For proof there are checkpoints: of two ways, each lacks the other's lines.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs

from rmos_console.core.errors import RmosError
from rmos_console.core.log import logger
from rmos_console.core.store.layout import Place
from rmos_console.core.store.state import folder_identity, holder_note

_MOST = 16


def was_copied(root: Path) -> bool:
    """Tell whether a store's folder is not the one that was last written: it was copied, or moved to another medium."""
    note = holder_note(root / "state")
    return note is not None and note.place is not None and note.place != folder_identity(root)


def other_places(store_id: str, root: Path) -> list[Path]:
    """Return where else this user has written a store of that id, if it is still there."""
    mine = folder_identity(root)
    return [path for path in _remembered(store_id) if _store_id(path) == store_id and folder_identity(path) != mine]


def remember(root: Path) -> None:
    """Note in the user's cache that the store at ``root`` is being written there. Failing is no matter."""
    try:
        store_id = Place(root).read_facts().store_id
        known = _remembered(store_id)
        if root in known:
            return
        file = _file(store_id)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(json.dumps([str(path) for path in [root, *known][:_MOST]]), encoding="utf-8")
        file.chmod(0o600)
    except (OSError, ValueError, RmosError) as error:
        logger.info("place not remembered", extra={"reason": str(error)[:300]})


def _file(store_id: str) -> Path:
    # As hex, because it comes from a file that anybody may have written.
    name = store_id.encode("utf-8", "surrogatepass")[:80].hex()
    return Path(platformdirs.user_cache_dir("rmos-console", appauthor=False)) / "places" / f"{name}.json"


def _remembered(store_id: str) -> list[Path]:
    try:
        found = json.loads(_file(store_id).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    texts = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
    return [Path(each) for each in texts if os.path.isabs(each) and "\0" not in each]  # noqa: PTH117  a text, not yet a path


def _store_id(path: Path) -> str | None:
    try:
        return Place(path).read_facts().store_id
    except (OSError, RmosError):
        return None
