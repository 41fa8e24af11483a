"""The stores and people that the use cases are tested with."""

from __future__ import annotations

from tests.unit.usecases.conftest import caller, keller, make_run, patch, store, store_path, voss

__all__ = ["caller", "keller", "make_run", "patch", "store", "store_path", "voss"]
