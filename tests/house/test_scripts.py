"""The shell scripts: they parse, explain themselves, and refuse with one line what they cannot do."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.tracked import CHECKOUT, name_of, tracked

SCRIPTS = [path for path in tracked() if path.read_bytes()[:15].startswith((b"#!/usr/bin/env ", b"# Sourced by"))]
SHELL = [path for path in SCRIPTS if path.suffix != ".py"]


def _run(script: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(script), *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_agreed_scripts_are_there() -> None:
    names = {name_of(path) for path in SHELL}
    assert {"packaging/run", "packaging/test", "packaging/setup.sh", "packaging/prove-bare", ".ci/run"} <= names


@pytest.mark.parametrize("script", SHELL, ids=name_of)
def test_scripts_parse(script: Path) -> None:
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    assert script.suffix == ".sh" or os.access(script, os.X_OK), f"{name_of(script)} is not executable"


@pytest.mark.parametrize("name", ["run", "test", "prove-bare"])
def test_scripts_explain_themselves(name: str) -> None:
    done = _run(CHECKOUT / "packaging" / name, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: packaging/{name}")


@pytest.mark.parametrize("arguments", [["--faults"], ["--faults", "some"], ["--fast", "tests/unit"]])
def test_wrong_words_are_refused_before_anything_is_set_up(arguments: list[str]) -> None:
    done = _run(CHECKOUT / "packaging/test", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("test: ")


@pytest.fixture
def bare_copy(tmp_path: Path) -> Path:
    """Return a copy of the checkout that holds only what setting up reads, so without a .venv."""
    for name in ("packaging/run", "packaging/setup.sh", "packaging/constraints.txt", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(CHECKOUT / name, tmp_path / name)
    return tmp_path


def test_too_old_a_python_is_refused_in_one_line(bare_copy: Path) -> None:
    old = bare_copy / "interpreter"
    old.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9;; *) exit 1;; esac\n', encoding="utf-8")
    old.chmod(0o755)
    done = _run(bare_copy / "packaging/run", PYTHON=str(old))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("run: Python 3.9 is too old, 3.11 or newer is needed")
    assert not (bare_copy / ".venv").exists()


def test_a_missing_python_is_refused_in_one_line(bare_copy: Path) -> None:
    done = _run(bare_copy / "packaging/run", PYTHON="no-such-python")
    assert done.returncode == 2
    assert "no Python called no-such-python found" in done.stderr.splitlines()[-1]


def test_every_pin_names_one_version_and_no_place() -> None:
    lines = (CHECKOUT / "packaging/constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins == sorted(pins, key=lambda pin: pin.lower().split("==")[0])
    for pin in pins:
        name, _, version = pin.partition("==")
        assert name.replace("-", "").replace("_", "").isalnum(), pin
        assert version.replace(".", "").isalnum(), pin


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    pinned = (CHECKOUT / "packaging/constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    for requirement in asked:
        name = requirement.lower().split(">")[0].split("=")[0].split("[")[0].strip()
        assert f"\n{name}==" in pinned, f"{name} has no pin in packaging/constraints.txt"
