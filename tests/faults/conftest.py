"""What every fault test shares: how often to do it, and a way to say at the end what was done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.tiers import Counts, counts


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Counts:
    """Return the counts of the long suite, as the command line or the usual values give them."""
    return counts(request.config)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return `tell(text)`, whose text (counts, as a rule) is printed below the test's tier when the run ends."""

    def tell(text: str) -> None:
        request.node.user_properties.append(("tally", text))

    return tell
