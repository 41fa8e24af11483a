"""Runs in the environment of deepdiff alone: a pair of documents a line in, milliseconds out."""

import json
import sys
import time

from deepdiff import DeepDiff  # type: ignore[import-not-found]  # only there where this runs

for line in sys.stdin:
    _, (a, b) = json.loads(line)
    began = time.perf_counter()
    DeepDiff(a, b)
    sys.stdout.write(f"{(time.perf_counter() - began) * 1000}\n")
    sys.stdout.flush()
