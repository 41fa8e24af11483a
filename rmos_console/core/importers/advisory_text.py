"""The text of a foreign advisory: what a reviewer is shown, composed from the documents RMOS wrote."""

from __future__ import annotations

from typing import Any

MAX_HEADLINE = 200


def compose(document: object) -> tuple[str | None, str | None]:
    """Return headline and text of an advisory document; (None, None) where it holds no sentence of its own.

    Known are ``explanation`` (one text), and ``summary`` with ``operator_notes``, ``suggested_actions`` and
    ``disclaimer``. The text starts with the headline.
    """
    if isinstance(document, str):
        return headline_of(document), document
    if not isinstance(document, dict):
        return None, None
    explanation = document.get("explanation")
    if isinstance(explanation, str) and explanation:
        return headline_of(explanation), explanation
    summary = document.get("summary")
    if not isinstance(summary, str) or not summary:
        return None, None
    parts = [summary, *_lists(document)]
    disclaimer = document.get("disclaimer")
    if isinstance(disclaimer, str) and disclaimer:
        parts.append(disclaimer)
    return headline_of(summary), "\n\n".join(parts)


def headline_of(text: str) -> str | None:
    """Return the first line of a text if it is short enough to stand alone."""
    first = text.split("\n", 1)[0]
    return first if 0 < len(first) <= MAX_HEADLINE else None


def _lists(document: dict[str, Any]) -> list[str]:
    titles = {"operator_notes": "Notes", "suggested_actions": "Suggested actions"}
    parts = []
    for key, title in titles.items():
        lines = document.get(key)
        if isinstance(lines, list) and lines and all(isinstance(line, str) for line in lines):
            parts.append("\n".join([f"{title}:", *(f"- {line}" for line in lines)]))
    return parts
