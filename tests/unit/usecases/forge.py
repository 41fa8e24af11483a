"""What somebody could do who rewrites a whole ledger with correct digests, short of holding a person's key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rmos_console.core.canonical import canonical
from rmos_console.core.store.line import GENESIS, encode

Transactions = list[dict[str, Any]]


def forge(store: Path, change: Callable[[dict[str, Any]], None], *, repeat: bool = False) -> None:
    """Rewrite every line of a closed store's only segment, passing each event through ``change``.

    The chain is whole again afterwards, and the catalog, which would remember otherwise, is gone. ``repeat`` writes the
    last transaction twice.
    """
    segment = store / "ledger" / "000001.jsonl"
    lines = [json.loads(line)["transactions"] for line in segment.read_text(encoding="utf-8").splitlines()]
    if repeat:
        lines.append(lines[-1])
    data, prev = b"", GENESIS
    for seq, transactions in enumerate(lines, start=1):
        for transaction in transactions:
            for event in transaction["events"]:
                change(event)
        line, prev = encode(prev, seq, [canonical(transaction) for transaction in transactions])
        data += line
    segment.write_bytes(data)
    shutil.rmtree(store / "catalog", ignore_errors=True)
