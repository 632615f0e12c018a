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
    ClauseElement,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    insert,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Row = tuple[object, ...]

AnyRow = sqlalchemy.Row[*tuple[Any, ...]]
"""A row of a result, whose columns are read by name."""


class _DriverText:
    """A statement as the driver takes it, whose parameters must stand in the order `order`."""

    def __init__(self, statement: ClauseElement, order: tuple[str, ...]) -> None:
        self._statement = statement
        self._order = order
        self._texts: dict[str, str] = {}

    def on(self, connection: Connection) -> str:
        """The text for the connection's database, compiled once."""
        return self._texts.get(connection.dialect.name) or self._compile(connection)

    def _compile(self, connection: Connection) -> str:
        compiled = self._statement.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler)
        if tuple(compiled.positiontup or ()) != self._order:
            raise TypeError(f"parameters are {compiled.positiontup}, not {self._order}")
        return self._texts.setdefault(connection.dialect.name, compiled.string)


class Many:
    """A statement that is executed once for each of many rows.

    A row gives the values of the parameters `order`, in that order; they go to the driver as they
    are, so they must be what it takes: int, float, str, bytes, bool, None.
    """

    def __init__(self, statement: Insert | Update | Delete, *order: str) -> None:
        self._text = _DriverText(statement, order)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Execute for each row; for none, do nothing."""
        if rows:
            connection.exec_driver_sql(self._text.on(connection), list(rows))


class Inserts:
    """An INSERT of rows of values for `columns`, which are given in the table's order.

    For PostgreSQL each execution is a message, which costs it more than the row itself: it gets
    all rows in one, as an array for each column.
    """

    def __init__(self, table: Table, *columns: str) -> None:
        each = insert(table).values({name: bindparam(name) for name in columns})
        self._one_by_one = Many(each, *columns)
        self._into = f"{table.name} ({', '.join(columns)})"
        self._types = [table.c[name].type for name in columns]

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert the rows, in their order; for none, do nothing."""
        if rows and connection.dialect.name == "postgresql":
            arrays = tuple(map(list, zip(*rows, strict=True)))
            connection.exec_driver_sql(self._at_once(connection.dialect), arrays)
        else:
            self._one_by_one(connection, rows)

    def _at_once(self, dialect: Dialect) -> str:
        types = (dialect.type_compiler_instance.process(type_) for type_ in self._types)
        arrays = ", ".join(f"${number}::{name}[]" for number, name in enumerate(types, 1))
        return f"INSERT INTO {self._into} SELECT * FROM unnest({arrays})"  # noqa: S608


def many_inserts(table: Table, *columns: str) -> Inserts:
    """Insert rows of values for `columns`, which are given in the table's order."""
    return Inserts(table, *columns)


class Question:
    """A SELECT of which SQLAlchemy's preparing of each execution is spared, as in `Many`.

    Its parameters are `order`, in that order; its rows are read by position.
    """

    def __init__(self, statement: Select[Any], *order: str) -> None:
        self._text = _DriverText(statement, order)

    def __call__(self, connection: Connection, *values: object) -> Sequence[AnyRow]:
        """All rows."""
        return connection.exec_driver_sql(self._text.on(connection), values).all()


def texts(values: Iterable[str] | Iterable[tuple[str | int, ...]]) -> str:
    """Texts, or tuples, as the value of a parameter of `among`, `pairs_among` or `elements`."""
    return msgspec.json.encode(list(values)).decode()


def among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the texts that the parameter `name` holds."""
    return column.bool_op("IN")(_Texts(bindparam(name, type_=Text)))


def pairs_among(
    first: ColumnElement[str], second: ColumnElement[str], name: str
) -> ColumnElement[bool]:
    """Whether two columns are one of the pairs that the parameter `name` holds."""
    value = elements(name)
    pairs = select(part(value, 0), part(value, 1)).scalar_subquery()
    return tuple_(first, second).bool_op("IN")(pairs)


def elements(name: str) -> ColumnElement[Any]:
    """The tuples that the parameter `name` holds, as rows to select from; see `part`."""
    return _Elements(bindparam(name, type_=Text)).table_valued("value").c.value


def part(value: ColumnElement[Any], index: int) -> ColumnElement[str]:
    """One text of a tuple."""
    return _Part(value, literal_column(str(index)))


def number_part(value: ColumnElement[Any], index: int) -> ColumnElement[int]:
    """One whole number of a tuple."""
    return cast(part(value, index), Integer)


def insert_ignore(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that passes over rows that are there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


class _Texts(FunctionElement[Any]):
    inherit_cache = True


class _Elements(FunctionElement[Any]):
    inherit_cache = True


class _Part(FunctionElement[str]):
    inherit_cache = True
    type = Text()


@compiles(_Texts, "sqlite")
def _texts_on_sqlite(element: _Texts, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"  # noqa: S608


@compiles(_Texts, "postgresql")
def _texts_on_postgresql(element: _Texts, compiler: SQLCompiler, **kw: Any) -> str:
    array = f"CAST({compiler.process(element.clauses, **kw)} AS JSON)"
    return f"(SELECT json_array_elements_text({array}))"


@compiles(_Elements, "sqlite")
def _elements_on_sqlite(element: _Elements, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Elements, "postgresql")
def _elements_on_postgresql(element: _Elements, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **kw)} AS JSON))"


@compiles(_Part, "sqlite")
def _part_on_sqlite(element: _Part, compiler: SQLCompiler, **kw: Any) -> str:
    value, index = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"json_extract({value}, '$[{index}]')"


@compiles(_Part, "postgresql")
def _part_on_postgresql(element: _Part, compiler: SQLCompiler, **kw: Any) -> str:
    value, index = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({value} ->> {index})"
