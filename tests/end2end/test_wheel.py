"""The installed wheel, as a user gets it: a fresh environment in which the checkout is not importable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.tracked import CHECKOUT, name_of, tracked


class Installed(NamedTuple):
    """A wheel and the environment it was installed into."""

    wheel: Path
    programs: Path

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in `cwd` and return how it ended."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return subprocess.run(
            [str(self.programs / command[0]), *command[1:]],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


def _call(*command: str) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel and install it; its dependencies are borrowed from the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    _call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT))
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    _call(sys.executable, "-m", "venv", "--without-pip", str(environment))
    programs = environment / "bin"
    _call(sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", "--no-index",
          "--no-deps", "--disable-pip-version-check", str(wheel))  # fmt: skip
    (packages,) = environment.glob("lib/python*/site-packages")
    # A folder added this way is searched, but its own .pth files, the editable checkout's among them, are not read.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Installed(wheel, programs)


def test_the_wheel_holds_the_package_and_every_resource(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    resources = {name_of(path) for path in tracked() if name_of(path).startswith("resources/")}
    assert resources
    assert {name.replace("resources/", "rmos_console/_resources/", 1) for name in resources} <= names
    assert "rmos_console/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"rmos_console"}


def test_resources_are_found_inside_the_installed_package(installed: Installed, tmp_path: Path) -> None:
    code = "import rmos_console.core.resources as r; print(r.__file__); print(r.path('help/what-binds.md').read_text())"
    done = installed.run("python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    place, _, text = done.stdout.partition("\n")
    assert str(installed.programs.parent) in place
    assert text.strip() == (CHECKOUT / "resources/help/what-binds.md").read_text(encoding="utf-8").strip()


def test_version_and_help(installed: Installed, tmp_path: Path) -> None:
    version = installed.run("rmos-console", "--version", cwd=tmp_path)
    assert version.returncode == 0, version.stderr
    assert version.stdout.split() == ["rmos-console", installed.wheel.name.split("-")[1]]
    usage = installed.run("rmos-console", "--help", cwd=tmp_path)
    assert usage.returncode == 0, usage.stderr
    assert "audit" in usage.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_fills_a_store_that_audits_clean(installed: Installed, tmp_path: Path) -> None:
    demo = installed.run("rmos-console", "demo", "store", "--headless", cwd=tmp_path)
    assert demo.returncode == 0, demo.stderr
    pictures = sorted((tmp_path / "build/demo").glob("*.png"))
    assert len(pictures) >= 8, demo.stdout
    listed = installed.run("rmos-console", "--store", "store", "list", "--json", cwd=tmp_path)
    assert json.loads(listed.stdout)["total"] >= 60
    audit = installed.run("rmos-console", "--store", "store", "audit", "--json", cwd=tmp_path)
    assert audit.returncode == 0, audit.stdout
    assert json.loads(audit.stdout)["ok"] is True
