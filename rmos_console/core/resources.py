"""Where the files that come with the product are: icons, style, help, sample data."""

from __future__ import annotations

from pathlib import Path

from rmos_console.core.errors import NotFoundError

_PACKAGE = Path(__file__).resolve().parents[1]
_HOMES = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")
"""In an installed wheel the files lie inside the package; in a checkout beside it (pyproject.toml, force-include)."""


def path(name: str) -> Path:
    """Return where the resource `name` (relative, with forward slashes: "help/keys.md") is on this machine.

    Raises NotFoundError if this installation lacks it, which means that the installation is damaged.
    """
    for home in _HOMES:
        if (home / name).exists():
            return home / name
    raise NotFoundError(f"the resource {name!r} is missing from this installation: install rmos-console again")
