"""Ad-hoc queries: a small expression language over run documents, answered by TinyDB.

``decision.score < 60 and tool_id == "T102"`` — paths into the run (dots, or brackets for odd keys), texts, numbers,
``true``, ``false``, ``null``, the comparisons ``== != < <= > >= in``, and ``and``, ``or``, ``not``. A path that a run
lacks, or values that cannot be compared, make a comparison false.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Any

from tinydb import Query
from tinydb.queries import QueryInstance

from rmos_console.core.errors import UsageError
from rmos_console.core.store.database import HeldStorage, SegmentDatabase, Tables

MAX_LENGTH = 2000

_NAMES: dict[str, Any] = {"true": True, "false": False, "null": None, "none": None}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_Path = tuple[str, ...]


def search(expression: str, databases: Iterable[Tables]) -> set[str]:
    """Return the ids of the runs that match; raises :class:`UsageError` for an expression that cannot be understood."""
    query = parse(expression)
    found: set[str] = set()
    try:
        for tables in databases:
            found.update(SegmentDatabase(storage=HeldStorage, tables=tables).search("runs", query))
    except RecursionError as error:
        raise UsageError("The --where expression is nested too deeply; simplify it.") from error
    return found


def parse(expression: str) -> QueryInstance:
    """Return the query that an expression stands for; raises :class:`UsageError`."""
    if len(expression) > MAX_LENGTH:
        raise UsageError(f"The --where expression has {len(expression):,} characters; at most {MAX_LENGTH:,} are read.")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        return _query(tree.body)
    except SyntaxError as error:
        where = f" at character {error.offset}" if error.offset else ""
        raise UsageError(f"The --where expression cannot be understood{where}: {error.msg}. {_EXAMPLE}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"The --where expression cannot be understood: {error}. {_EXAMPLE}") from error


_EXAMPLE = 'Write for example: decision.score < 60 and tool_id == "T102"'


def _query(node: ast.expr) -> QueryInstance:
    if isinstance(node, ast.BoolOp):
        queries = [_query(value) for value in node.values]
        result = queries[0]
        for query in queries[1:]:
            result = result & query if isinstance(node.op, ast.And) else result | query
        return result
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ~_query(node.operand)
    if isinstance(node, ast.Compare):
        return _comparisons(node)
    path = _path(node)
    if path is None:
        raise ValueError("every part must compare a field of the run with a value")
    return _at(path).test(bool)


def _comparisons(node: ast.Compare) -> QueryInstance:
    sides = [node.left, *node.comparators]
    result: QueryInstance | None = None
    for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
        query = _comparison(left, type(sign), right)
        result = query if result is None else result & query
    if result is None:
        raise ValueError("nothing is compared")
    return result


def _comparison(left: ast.expr, sign: type[ast.cmpop], right: ast.expr) -> QueryInstance:
    if sign not in _COMPARE:
        raise ValueError("only == != < <= > >= and in compare")
    path, other = _path(left), _path(right)
    if path is not None and other is not None:
        raise ValueError("two fields cannot be compared with each other, only a field with a value")
    if path is not None:
        return _test(path, _COMPARE[sign], _value(right))
    if other is None:
        raise ValueError("a comparison needs a field of the run, such as tool_id")
    if sign in _MIRRORED:
        return _test(other, _COMPARE[_MIRRORED[sign]], _value(left))
    compare = _COMPARE[sign]
    return _test(other, lambda found, value: compare(value, found), _value(left))


def _test(path: _Path, compare: Callable[[Any, Any], Any], value: Any) -> QueryInstance:
    def holds(found: Any) -> bool:
        try:
            return bool(compare(found, value))
        except TypeError:
            return False

    return _at(path).test(holds)


def _at(path: _Path) -> Query:
    query = Query()
    for part in path:
        query = query[part]
    return query


def _path(node: ast.expr) -> _Path | None:
    if isinstance(node, ast.Name):
        return None if node.id.lower() in _NAMES else (node.id,)
    if isinstance(node, ast.Attribute):
        return _longer(node.value, node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return _longer(node.value, node.slice.value)
    return None


def _longer(node: ast.expr, part: str) -> _Path | None:
    path = _path(node)
    return None if path is None else (*path, part)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool | None):
        return node.value
    if isinstance(node, ast.Name) and node.id.lower() in _NAMES:
        return _NAMES[node.id.lower()]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand)
        if isinstance(value, int | float):
            return -value
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    raise ValueError("a value must be a text in quotes, a number, true, false, null or a list of them")
