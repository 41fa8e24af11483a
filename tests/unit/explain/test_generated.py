"""Explanations of runs made from seeds: every number is grounded, every sentence stands on its evidence."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from rmos_console.core.canonical import canonical
from rmos_console.core.explain.contrast import nearest
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from rmos_console.core.explain.registry import RULES
from tests.unit.explain.grounding import ungrounded, without
from tests.unit.explain.runs import run

SEEDS = range(1000)
GREEN = {
    document["run_id"]: document
    for document, found in (run(seed, ids=True) for seed in range(5000, 6500))
    if not found and document["feasibility"]["risk_level"] == "GREEN"
}
ENGINE = OfflineEngine()


def source_of(document: dict[str, Any]) -> EngineInput:
    chosen = nearest(document, GREEN)
    return EngineInput(document, "0" * 64, GREEN[chosen] if chosen else None, "1" * 64)


def sentences(explanation: Explanation) -> list[str]:
    return [explanation.text[each.start : each.end] for each in explanation.evidence]


@pytest.mark.parametrize("start", range(0, 1000, 100))
def test_every_number_is_grounded_and_every_fired_rule_is_explained(start: int) -> None:
    assert GREEN, "the seeds made no GREEN run to compare with"
    for seed in SEEDS[start : start + 100]:
        document, found = run(seed)
        source = source_of(document)
        told = ENGINE.explain(source)
        assert ungrounded(source, told) == [], f"seed {seed}\n{told.text}"
        assert told.text.startswith(f"{told.headline}\n\n"), f"seed {seed}"
        rows = {(row["rule"], row["path"]): row for row in _content(told)["failed"]}
        for item in found:
            row = rows[item.rule, f"request_summary.{item.field}"]
            assert row["value"] == item.value, f"seed {seed} {item}"
            assert abs(row["limit_value"] - item.limit) <= 0.01, f"seed {seed} {item}"
            share = (item.value - item.limit) / item.limit * 100
            assert abs(row["miss_percent"] - share) <= (0.5 if abs(share) >= 9.5 else 0.05) + 1e-9, (
                f"seed {seed} {item}"
            )
            assert RULES[item.rule].level == row["level"]
        assert "Unknown feasibility rule" not in told.text
        json.loads(canonical(told.document()))


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_without_any_one_of_its_values_a_sentence_goes_or_says_so(start: int) -> None:
    for seed in SEEDS[start : start + 50]:
        document, _ = run(seed)
        source = source_of(document)
        told = ENGINE.explain(source)
        before = Counter(sentences(told))
        for sentence, text in zip(told.evidence, sentences(told), strict=True):
            for path in sentence.paths:
                again = ENGINE.explain(_lacking(source, path))
                assert "missing" in text or Counter(sentences(again))[text] < before[text], (
                    f"seed {seed}: without {path} it still says {text!r}"
                )


def _lacking(source: EngineInput, path: str) -> EngineInput:
    if path.startswith("contrast:") and source.contrast is not None:
        return source._replace(contrast=without(source.contrast, path.removeprefix("contrast:")))
    return source._replace(run=without(source.run, path))


def test_marks_show_the_values_they_point_at() -> None:
    seen = 0
    for seed in SEEDS[:300]:
        document, _ = run(seed)
        told = ENGINE.explain(source_of(document))
        last = 0
        for sentence in told.evidence:
            assert last <= sentence.start < sentence.end <= len(told.text), f"seed {seed}"
            last = sentence.end
            for start, end, path in sentence.marks:
                assert sentence.start <= start < end <= sentence.end, f"seed {seed}"
                assert path in sentence.paths, f"seed {seed}"
                value = document["request_summary"].get(path.removeprefix("request_summary."))
                if path.startswith("request_summary.") and isinstance(value, float):
                    shown = Decimal(told.text[start:end].split()[0].split("%")[0])
                    wanted = Decimal(str(value)) * (
                        100 if path.endswith(".stepover") and "%" in told.text[start:end] else 1
                    )
                    assert shown == wanted, f"seed {seed} {path}"
                    seen += 1
    assert seen > 300


def test_the_same_run_and_contrast_give_the_same_bytes() -> None:
    for seed in SEEDS[:50]:
        document, _ = run(seed)
        source = source_of(document)
        turned = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        once, twice = ENGINE.explain(source), OfflineEngine().explain(source._replace(run=turned))
        assert canonical(once.document()) == canonical(twice.document()), f"seed {seed}"


def test_one_change_that_a_remedy_names_makes_its_rule_pass() -> None:
    tried = 0
    for seed in SEEDS[:300]:
        document, _ = run(seed, ids=True)
        for row in _content(ENGINE.explain(source_of(document)))["failed"]:
            if row["limit_value"] is None or row["miss_percent"] is None:
                continue
            name = row["path"].removeprefix("request_summary.")
            asked = {**document["request_summary"], name: row["limit_value"]}
            unreported = {**document, "request_summary": asked, "feasibility": {"rules_triggered": []}, "status": "OK"}
            content = _content(ENGINE.explain(EngineInput(unreported, "0" * 64)))
            applies = row["rule"] in {*content["unreported"], *content["passed"]}
            assert row["rule"] not in content["unreported"], f"seed {seed} {row}"
            tried += applies
    assert tried > 200


def test_summary_and_full_text_differ_and_a_green_run_says_that_it_passes() -> None:
    for document in list(GREEN.values())[:20]:
        told = ENGINE.explain(EngineInput(document, "0" * 64))
        if not _content(told)["unreported"]:
            assert told.headline == "All checks pass"
        assert len(told.text) > 3 * len(told.headline)
        assert "F002" in _content(told)["passed"]
        assert _content(told)["contrast"] is None
        checked = {*_content(told)["passed"], *(item["rule"] for item in _content(told)["not_checked"])}
        assert checked | set(_content(told)["unreported"]) <= set(RULES)


def _content(explanation: Explanation) -> dict[str, Any]:
    assert isinstance(explanation.content, dict)
    return explanation.content
