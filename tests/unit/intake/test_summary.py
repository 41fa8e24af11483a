"""The summary of a request names keys and identifiers, and keeps nothing that should not be kept."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rmos_console.core.records.summary import IDENTIFIERS, MAX_KEYS, summarize_request

VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=200) | st.lists(st.text(), max_size=2)


def test_a_request_is_summarised() -> None:
    request = {
        "mode": "saw",
        "tool_id": "blade-7",
        "units": "mm",
        "post_id": 3,
        "machine_id": "",
        "material_id": "m" * 500,
        "batch_label": True,
        "feasibility": {"risk_level": "GREEN"},
        "client_feasibility_hint": "GREEN",
        "api_key": "hunter2",
        "Authorization": "Bearer hunter2",
        "gcode": "G0 X0\n" * 9000,
        "session_id": {"nested": 1},
        "a key that is a sentence": 1,
    }
    assert summarize_request(request) == {
        "keys": [
            "batch_label",
            "gcode",
            "machine_id",
            "material_id",
            "mode",
            "post_id",
            "session_id",
            "tool_id",
            "units",
        ],
        "mode": "saw",
        "tool_id": "blade-7",
        "post_id": 3,
        "units": "mm",
        "keys_withheld": 5,
    }


def test_an_empty_request_has_an_empty_summary() -> None:
    assert summarize_request({}) == {"keys": []}


@given(
    st.dictionaries(
        st.sampled_from([*IDENTIFIERS, "feasibility", "password", "token", "private_key"]) | st.text(max_size=70),
        VALUES,
    )
)
def test_only_identifiers_keep_their_value_and_the_summary_stays_small(request: dict[str, Any]) -> None:
    summary = summarize_request(request)
    values = {key: value for key, value in summary.items() if key not in {"keys", "keys_withheld"}}
    assert values.items() <= {key: request[key] for key in IDENTIFIERS if key in request}.items()
    assert set(summary["keys"]) <= set(request)
    for word in ("feasib", "password", "token", "private"):
        assert word not in json.dumps(summary["keys"]).lower()


def test_a_request_of_many_keys_names_the_first_of_them() -> None:
    summary = summarize_request({f"k{number:04d}": number for number in range(1000)})
    assert summary == {"keys": [f"k{number:04d}" for number in range(MAX_KEYS)]}
