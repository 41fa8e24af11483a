"""What happened to the sample runs: explanations, decisions, changes of the policy, notes and advisories, in order."""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]

REVIEWERS = (
    {"id": "mvoss", "name": "M. Voss", "role": "admin"},
    {"id": "akeller", "name": "A. Keller", "role": "reviewer"},
)

_FIRST = (
    "neck-1 control-1 control-2 truss-1 bridge-1 bridge-dry tuners-1 boards-1 soundhole-1 soundhole-2 "
    "neck-2 headstock-1 headstock-tight control-open truss-2 rosette-first boards-2 boards-alarm bridge-2 "
    "tuners-2 tuners-hot neck-3 control-unknown rosette-rose soundhole-3 soundhole-deep truss-3 "
    "headstock-2 control-3 bridge-3 bridge-crash neck-4 boards-3 rosette-2 rosette-fast tuners-3 "
    "control-4 control-split headstock-3 neck-maple"
)
_INFORMED = "boards-4 soundhole-4 bridge-hard"
_LATER = (
    "truss-short rosette-3 control-5 neck-5 tuners-4 headstock-wide control-plunge rosette-maple "
    "rosette-above boards-5 bridge-4 neck-wall rosette-override rosette-stepover headstock-small "
    "control-wall soundhole-unknown rosette-green rosette-red"
)


def steps() -> list[Step]:
    """Return the story, one step after the other."""
    return [
        *_explain(_FIRST),
        *_first_decisions(),
        {"do": "policy", "mode": "informational", "by": "mvoss"},
        *_explain(_INFORMED),
        {"do": "policy", "mode": "tiered", "by": "mvoss"},
        *_explain(_LATER),
        *_later_decisions(),
        {"do": "policy", "second_for_red": True, "by": "mvoss"},
        *_explain("neck-through"),
        _decide("neck-through", "approved", "mvoss", "22 mm into an 18 mm board: the figures are right"),
        _decide("rosette-above", "approved", "mvoss", "Z rough of 0 would cut nothing"),
        _decide("rosette-above", "approved", "akeller", "Agreed, the sign was lost in the form"),
        {"do": "policy", "second_for_red": False, "by": "mvoss"},
        *_advisories(),
        {
            "do": "fail",
            "run": "soundhole-5",
            "engine": "workshop-llm",
            "version": "0.3",
            "reason": "The explanation service workshop-llm did not answer within 30 s.",
        },
    ]


def _first_decisions() -> list[Step]:
    return [
        _decide("bridge-dry", "approved", "akeller", "Right: rosewood needs coolant at 1.5 mm"),
        _decide("neck-2", "approved", "akeller"),
        _decide("headstock-tight", "approved", "mvoss"),
        _decide("control-open", "approved", "akeller", "The outline is open at the jack hole"),
        _decide(
            "boards-alarm", "rejected", "mvoss", "The blade hit a staple; the feasibility had nothing to do with it"
        ),
        _decide("tuners-hot", "approved", "akeller"),
        _decide("neck-3", "approved", "mvoss"),
        _decide("control-unknown", "rejected", "akeller", "Cedar is in the material list; the record was cut short"),
        _decide("soundhole-deep", "approved", "mvoss", "It would go through the top"),
        _decide("control-3", "approved", "akeller"),
        _decide("tuners-2", "approved", "mvoss"),
        _decide("truss-3", "approved", "akeller"),
        _decide("bridge-crash", "approved", "mvoss", "The generator stopped, as it says"),
        _decide("rosette-fast", "approved", "akeller"),
        _decide("tuners-3", "approved", "akeller", "54 mm is the holder's fault, not the program's"),
        _decide("control-split", "rejected", "mvoss", "Gate and result disagree; ask for a new feasibility"),
        _decide("headstock-3", "approved", "mvoss"),
        _decide("neck-maple", "approved", "akeller"),
        _decide("truss-2", "approved", "mvoss", "Looked at beside truss rod 1: only the post differs"),
        {"do": "explain", "run": "headstock-3", "force": True},
        _decide("headstock-3", "approved", "akeller"),
    ]


def _later_decisions() -> list[Step]:
    return [
        _decide("neck-wall", "approved", "akeller"),
        _decide("truss-short", "approved", "mvoss", "Flutes of 9 mm for 13.5 mm: right"),
        _decide("headstock-wide", "rejected", "akeller", "T118 was never 16 mm; the tool table is wrong"),
        _decide("control-plunge", "approved", "mvoss"),
        _decide("control-wall", "approved", "akeller", "0.5 mm will not hold"),
        {"do": "withdraw", "run": "control-wall", "by": "akeller"},
    ]


def _advisories() -> list[Step]:
    return [
        _attach(
            "rosette-red",
            "note_rosette_red_setup",
            "note",
            "akeller",
            "The 3 mm cutter was still in T102 from the headstock job. Changed to 6 mm at 14:20.",
        ),
        _attach(
            "boards-alarm",
            "note_boards_alarm",
            "note",
            "mvoss",
            "Found a staple in the board. Blade checked, two teeth replaced.",
        ),
        _attach("neck-1", "note_neck_fixture", "note", "akeller", "New fixture, zero taken from the left stop."),
        _attach(
            "boards-6",
            "adv_boards_feed",
            "advisory",
            None,
            "The last four batches of rosewood ran 8 % below the usual feed. The blade may be due.",
            engine="feed-watch",
            version="1.2",
        ),
        _attach(
            "truss-4",
            "exp_truss_4",
            "explanation",
            None,
            "All limits are kept.\n\nThe slot is 10 mm deep and 6.35 mm wide, 1.6 : 1; the limit is 2 : 1.",
            engine="workshop-llm",
            version="0.3",
        ),
        _decide("truss-4", "approved", "akeller"),
        {"do": "attach", "run": "tuners-5", "advisory_id": "adv_2026_1118_0042", "kind": "advisory"},
        {"do": "meta", "run": "rosette-red", "set": {"operator": "akeller", "blank": "E-114"}},
    ]


def _explain(names: str) -> list[Step]:
    return [{"do": "explain", "run": name} for name in names.split()]


def _decide(run: str, verb: str, by: str, reason: str | None = None) -> Step:
    return {"do": "decide", "run": run, "verb": verb, "by": by, "reason": reason}


def _attach(
    run: str,
    advisory_id: str,
    kind: str,
    author: str | None,
    text: str,
    engine: str | None = None,
    version: str | None = None,
) -> Step:
    step: Step = {"do": "attach", "run": run, "advisory_id": advisory_id, "kind": kind, "text": text}
    if author:
        step["author"] = author
    if engine:
        step["engine"], step["version"] = engine, version
    return step
