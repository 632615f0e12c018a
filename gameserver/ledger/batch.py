"""Statements for many rows at once, whose text does not depend on how many.

SQLAlchemy prepares each parameter of each row by name, which for a batch costs more than the
database itself; `Many` compiles a statement once per dialect and hands the driver plain tuples.
Sets of ids go to the database as one JSON array (`among`, `pairs_among`); what is put together as
text here are a parameter's place holders, never values.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    insert,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Row = tuple[object, ...]

AnyRow = sqlalchemy.Row[*tuple[Any, ...]]
"""A row of a result, whose columns are read by name."""


class Many:
    """A statement that is executed once for each of many rows.

    A row gives the values of the parameters `order`, in that order; they go to the driver as they
    are, so they must be what it takes: int, float, str, bytes, bool, None.
    """

    def __init__(self, statement: Insert | Update | Delete, *order: str) -> None:
        self._statement = statement
        self._order = order
        self._text: dict[str, str] = {}

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Execute for each row; for none, do nothing."""
        if rows:
            text = self._text.get(connection.dialect.name) or self._compile(connection)
            connection.exec_driver_sql(text, list(rows))

    def _compile(self, connection: Connection) -> str:
        compiled = self._statement.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        if tuple(compiled.positiontup or ()) != self._order:
            raise TypeError(f"parameters are {compiled.positiontup}, not {self._order}")
        return self._text.setdefault(connection.dialect.name, compiled.string)


def many_inserts(table: Table, *columns: str) -> Many:
    """Insert rows of values for `columns`, which are given in the table's order."""
    return Many(insert(table).values({name: bindparam(name) for name in columns}), *columns)


def among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the texts that the parameter `name` holds (see `texts`)."""
    return column.bool_op("IN")(_Texts(bindparam(name, type_=Text)))


def pairs_among(
    first: ColumnElement[str], second: ColumnElement[str], name: str
) -> ColumnElement[bool]:
    """Whether two columns are one of the pairs that the parameter `name` holds (see `texts`)."""
    return tuple_(first, second).bool_op("IN")(_Pairs(bindparam(name, type_=Text)))


def texts(values: Iterable[str] | Iterable[tuple[str, str]]) -> str:
    """Texts, or pairs of them, as the value of a parameter of `among` or `pairs_among`."""
    return msgspec.json.encode(list(values)).decode()


def insert_ignore(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that passes over rows that are there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


class _Texts(FunctionElement[Any]):
    inherit_cache = True


class _Pairs(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Texts, "sqlite")
def _texts_on_sqlite(element: _Texts, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"  # noqa: S608


@compiles(_Texts, "postgresql")
def _texts_on_postgresql(element: _Texts, compiler: SQLCompiler, **kw: Any) -> str:
    array = f"CAST({compiler.process(element.clauses, **kw)} AS JSON)"
    return f"(SELECT json_array_elements_text({array}))"


@compiles(_Pairs, "sqlite")
def _pairs_on_sqlite(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    pair = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    return f"(SELECT {pair} FROM json_each({compiler.process(element.clauses, **kw)}))"  # noqa: S608


@compiles(_Pairs, "postgresql")
def _pairs_on_postgresql(element: _Pairs, compiler: SQLCompiler, **kw: Any) -> str:
    array = f"CAST({compiler.process(element.clauses, **kw)} AS JSON)"
    return f"(SELECT value ->> 0, value ->> 1 FROM json_array_elements({array}))"  # noqa: S608
