"""Resources are found where this installation keeps them, and a missing one is named."""

from __future__ import annotations

import pytest

from rmos_console.core import resources
from rmos_console.core.errors import NotFoundError


def test_a_resource_is_found() -> None:
    assert resources.path("help/what-binds.md").read_text(encoding="utf-8").startswith("# What binds")
    assert resources.path("help").is_dir()


def test_a_missing_resource_is_named_with_the_way_out() -> None:
    with pytest.raises(NotFoundError, match=r"'help/none\.md' is missing .*: install rmos-console again"):
        resources.path("help/none.md")
