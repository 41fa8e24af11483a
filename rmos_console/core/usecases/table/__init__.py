"""All runs of a view as columns: filtered, counted, sorted and searched without reading a run."""

from rmos_console.core.usecases.table.newest import is_first_page, newest_runs
from rmos_console.core.usecases.table.run_table import FACETS, RunTable, run_table
from rmos_console.core.usecases.table.wanted import RISK_ORDER, SORT_KEYS, RunFilter

__all__ = ["FACETS", "RISK_ORDER", "SORT_KEYS", "RunFilter", "RunTable", "is_first_page", "newest_runs", "run_table"]
