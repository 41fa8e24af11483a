"""The feasibility rules of RMOS as data: what each one protects, looks at, and asks for.

Their levels are shared with the risk, see :mod:`rmos_console.core.review.rule_levels`; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rmos_console.core.explain.rule import Bound as Bound  # noqa: PLC0414  the parts of a rule are found beside the rules
from rmos_console.core.explain.rule import Rule as Rule  # noqa: PLC0414  as above
from rmos_console.core.explain.rules_red import RED
from rmos_console.core.explain.rules_yellow import YELLOW
from rmos_console.core.review.rule_levels import recognise as recognise  # noqa: PLC0414  one door for what a rule is

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.id: rule for rule in sorted((*RED, *YELLOW), key=lambda rule: rule.id)}
)
"""Every rule by id, in the order of the ids."""
