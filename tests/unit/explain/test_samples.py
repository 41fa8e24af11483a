"""The sample stores' explanations stand on their evidence: without any one value, its sentence goes or says so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rmos_console.core.explain.contrast import nearest
from rmos_console.core.explain.engine import EngineInput, Explanation
from rmos_console.core.explain.offline import OfflineEngine
from tests.unit.explain.grounding import ungrounded, without


def sample_runs(samples: Path) -> dict[str, dict[str, Any]]:
    """Every run of the v1 and v2 samples that can be read as it lies there."""
    found = dict(json.loads((samples / "v1-single-file" / "runs.json").read_text("utf-8")))
    for path in sorted((samples / "v2-partitioned" / "runs").glob("*/run_*.json")):
        document = json.loads(path.read_text("utf-8"))
        if "run_id" in document and "feasibility" in document:
            found[document["run_id"]] = document
    return found


def said(told: Explanation) -> Counter[str]:
    return Counter(told.text[each.start : each.end] for each in told.evidence)


def test_every_sentence_about_a_sample_run_stands_on_its_evidence(samples: Path) -> None:
    runs, tried = sample_runs(samples), 0
    assert len(runs) > 15
    for run_id, document in runs.items():
        chosen = nearest(document, runs)
        source = EngineInput(document, "0" * 64, runs[chosen] if chosen else None, None)
        told = OfflineEngine().explain(source)
        assert ungrounded(source, told) == [], run_id
        for sentence in told.evidence:
            text = told.text[sentence.start : sentence.end]
            for path in sentence.paths if "missing" not in text else ():
                again = OfflineEngine().explain(lacking(source, path))
                same = said(again)[text] >= said(told)[text]
                assert not same or rests_elsewhere(again, text, path), f"{run_id}: without {path} it says {text!r}"
                tried += 1
    assert tried > 100


def rests_elsewhere(told: Explanation, text: str, path: str) -> bool:
    """Tell whether a sentence now rests on other values: the samples repeat messages in feasibility and decision."""
    return any(told.text[each.start : each.end] == text and path not in each.paths for each in told.evidence)


def lacking(source: EngineInput, path: str) -> EngineInput:
    """The same input without the value at one path."""
    if path.startswith("contrast:") and source.contrast is not None:
        return source._replace(contrast=without(source.contrast, path.removeprefix("contrast:")))
    return source._replace(run=without(source.run, path))
