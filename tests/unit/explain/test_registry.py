"""The rule registry: 33 rules as data, in step with the levels that the risk uses; and the paths of evidence."""

from __future__ import annotations

import json
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.explain.measure import LABELS
from rmos_console.core.explain.paths import join, look_up, spell
from rmos_console.core.explain.registry import RULES
from rmos_console.core.explain.wording import (
    Composer,
    Mark,
    amount,
    filled,
    inside,
    quoted,
    short,
    stored_number,
    value_text,
)
from rmos_console.core.review.rule_levels import LEVELS

SLOTS = {"what", "What", "value", "limit", "must", "factor", "ratio", "count", "speaker"}


def test_the_registry_and_the_levels_of_the_risk_name_the_same_rules() -> None:
    assert {rule: each.level for rule, each in RULES.items()} == dict(LEVELS)
    assert list(RULES) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_each_rule_says_what_it_is_in_words(rule: Any) -> None:
    for text in (rule.title, rule.checks, rule.protects, rule.limit, rule.remedy, rule.headline, rule.sentence):
        assert text.strip() == text
        assert text
    for template in (rule.headline, rule.sentence):
        names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        assert names <= {*rule.fields, *SLOTS}, rule.id
    assert set(rule.needs) <= set(rule.fields) <= set(LABELS)
    assert rule.inputs == tuple(f"request_summary.{name}" for name in rule.fields)
    assert set(rule.covered_by) <= set(RULES)


keys = st.text(max_size=8)
documents = st.recursive(st.integers(), lambda inner: st.dictionaries(keys, inner, max_size=4), max_leaves=10)


@given(st.lists(keys, min_size=1, max_size=4), st.integers())
def test_a_path_leads_to_its_value_whatever_the_keys(names: list[str], value: int) -> None:
    path, document = "", value
    for name in names:
        path = join(path, name)
    whole: Any = document
    for name in reversed(names):
        whole = {name: whole}
    assert look_up(json.loads(json.dumps(whole)), path) == value


def test_paths_that_lead_nowhere_give_nothing() -> None:
    run = {"a": {"b": [1, {"c": 2}]}}
    assert look_up(run, spell(("a", "b"), 0)) == 1
    assert look_up(run, "a.b[1].c") == 2
    for path in ("a.x", "a.b[9]", "a[0]", "a.b.c", "a b", "a..b[", "[", "a.b[-1]"):
        assert look_up(run, path) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (18.0, "18.0"),
        (5, "5"),
        (0.1 + 0.2, "0.3"),
        (1e-9, "1.000000e-9"),
        (10**30, "1.000000e+30"),
        (True, "yes"),
        (False, "no"),
        ("a\nb", "a b"),
        ([1], "something that is no value"),
    ],
)
def test_values_are_written_as_they_are_stored(value: Any, text: str) -> None:
    assert value_text(value) == text
    if isinstance(value, float):
        assert stored_number(value) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**6), max_value=10**6))
def test_keeping_to_a_rounded_limit_keeps_the_limit(limit: Decimal) -> None:
    assert inside(limit, upper=True) <= limit <= inside(limit, upper=False)
    assert abs(inside(limit, upper=True) - limit) < Decimal("0.01")
    assert bool(amount(limit)) is bool(limit)
    assert Decimal(short(limit)) == limit


def test_quotes_are_cut_and_free_of_what_cannot_be_seen() -> None:
    assert quoted(" a\u202eb\x00c\nd ") == "ab c d"
    assert len(quoted("x" * 10_000)) == 400
    assert quoted("x" * 10_000).endswith("…")
    assert len(quoted("\x00" * 10_000 + "y")) == 1


def test_sentences_know_where_they_stand() -> None:
    text = Composer()
    text.paragraph()
    text.say(["One ", Mark("5 mm", "a"), "."], ("b",))
    text.say(["Two."])
    text.paragraph()
    text.say(["Three."])
    assert text.text == "One 5 mm. Two.\n\nThree."
    first = text.sentences[0]
    assert (first.paths, first.marks) == (("b", "a"), ((4, 8, "a"),))
    assert [text.text[each.start : each.end] for each in text.sentences] == ["One 5 mm.", "Two.", "Three."]
    assert filled("{a} of {b}", {"a": "x"}) is None
