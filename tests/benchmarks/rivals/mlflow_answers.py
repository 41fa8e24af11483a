"""Runs in the environment of MLflow alone: a run a line is tracked in its SQLite store; milliseconds out."""

import json
import sys
import time

import mlflow  # type: ignore[import-not-found]  # only there where this runs

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("benchmark")
for line in sys.stdin:
    _, run = json.loads(line)
    began = time.perf_counter()
    with mlflow.start_run(run_name=run["run_id"]):
        mlflow.set_tags({"mode": run["mode"], "tool": run["tool_id"], "status": run["status"]})
        mlflow.log_params({key: str(value) for key, value in run["request_summary"].items()})
        mlflow.log_metric("score", run["decision"]["score"] or 0)
        mlflow.log_dict(run, "run.json")
    sys.stdout.write(f"{(time.perf_counter() - began) * 1000}\n")
    sys.stdout.flush()
