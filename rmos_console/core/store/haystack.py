"""What a search looks through, in folded case."""

from __future__ import annotations

from typing import Any


def haystack(run: dict[str, Any]) -> str:
    """Return the words of a compact run, a line for each."""
    context, decision = run["context"], run["decision"]
    words = [run["run_id"], run["source"].get("run_id"), run["request_id"], run["mode"], run["tool_id"], run["status"]]
    words += [*context.values(), decision["block_reason"], *decision["warnings"]]
    return "\n".join(word for word in words if isinstance(word, str)).casefold()


def said(text: str, summary: object) -> str:
    """Return ``text`` with the summary of an explanation added to it."""
    return f"{text}\n{summary.casefold()}" if isinstance(summary, str) else text
