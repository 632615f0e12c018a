"""Statements for many rows at once, whose text does not depend on how many.

SQLAlchemy prepares each parameter of each row by name, which for a batch costs more than the
database itself; `Many` compiles a statement once per dialect and hands the driver plain tuples.
Sets of ids go to the database as one JSON array (`among`, `pairs_among`), rows to ask about as they
are (`asked_rows`); what is put together as text here are a parameter's place holders, never values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
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
    Select,
    Table,
    TableValuedAlias,
    Text,
    Update,
    bindparam,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Row = tuple[object, ...]

AnyRow = sqlalchemy.Row[*tuple[Any, ...]]
"""A row of a result, whose columns are read by name."""


class _DriverText:
    """A statement as the driver takes it, whose parameters must stand in the order `order`."""

    def __init__(self, statement: ClauseElement, order: tuple[str, ...]) -> None:
        self._statement = statement
        self._order = order
        self._texts: dict[str, str] = {}

    def of(self, dialect: Dialect) -> str:
        """The text for a kind of database, compiled once."""
        return self._texts.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> str:
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        if tuple(compiled.positiontup or ()) != self._order:
            raise TypeError(f"parameters are {compiled.positiontup}, not {self._order}")
        return self._texts.setdefault(dialect.name, compiled.string)


class Many:
    """A statement that is executed once for each of many rows.

    A row gives the values of the parameters `order`, in that order; they go to the driver as they
    are, so they must be what it takes: int, float, str, bytes, bool, None.
    """

    def __init__(self, statement: Insert | Update | Delete, *order: str) -> None:
        self._text = _DriverText(statement, order)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Execute for each row; for none, do nothing. On SQLite, how many rows it was done to."""
        if not rows:
            return 0
        return connection.exec_driver_sql(self._text.of(connection.dialect), list(rows)).rowcount


class Inserts:
    """An INSERT of rows of values for `columns`, which are given in the table's order.

    `also` makes of the plain statement one that knows what to do with a row that is there already.

    All rows go in few statements: on PostgreSQL each execution is a message, which costs more than
    the row itself; on SQLite it is a way from Python into the library and back, for which other
    threads wait, and are waited for. PostgreSQL gets an array for each column, SQLite so many rows
    at a time that few statements have to be prepared.
    """

    def __init__(
        self, table: Table, *columns: str, also: Callable[[Any], Insert] | None = None
    ) -> None:
        self._table = table
        self._columns = columns
        self._also = also
        self._frames: dict[str, tuple[str, str]] = {}
        self._texts: dict[int, str] = {}

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Insert the rows, in their order; for none, do nothing. How many were written."""
        if not rows:
            return 0
        if connection.dialect.name == "postgresql":
            arrays = tuple(map(list, zip(*rows, strict=True)))
            return connection.exec_driver_sql(self._at_once(connection.dialect), arrays).rowcount
        written = start = 0
        for size in _PIECES:
            while len(rows) - start >= size:
                values = tuple(chain.from_iterable(rows[start : start + size]))
                text = self._texts.get(size) or self._piece(connection.dialect, size)
                written += connection.exec_driver_sql(text, values).rowcount
                start += size
        return written

    def _piece(self, dialect: Dialect, size: int) -> str:
        before, after = self._frame(dialect)
        holders = f"({', '.join('?' * len(self._columns))})"
        return self._texts.setdefault(size, f"{before} VALUES {', '.join([holders] * size)}{after}")

    def _at_once(self, dialect: Dialect) -> str:
        before, after = self._frame(dialect)
        arrays = _arrays((self._table.c[name].type for name in self._columns), dialect)
        return f"{before} SELECT * FROM unnest({arrays}){after}"  # noqa: S608

    def _frame(self, dialect: Dialect) -> tuple[str, str]:
        """What stands before the values of one row, and what after them."""
        frame = self._frames.get(dialect.name)
        if frame is None:
            insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
            plain = insert(self._table).inline()  # no row need be told of
            plain = plain.values({name: bindparam(name) for name in self._columns})
            statement = self._also(plain) if self._also else plain
            text = _DriverText(statement, self._columns).of(dialect)
            before, _, rest = text.partition(" VALUES (")
            frame = self._frames[dialect.name] = (before, rest.partition(")")[2])
        return frame


def many_inserts(table: Table, *columns: str, ignore: bool = False) -> Inserts:
    """Insert rows of values for `columns`, which are given in the table's order.

    With `ignore` those that are there already, by any of the table's keys, are passed over.
    """
    return Inserts(table, *columns, also=_pass_over if ignore else None)


def _pass_over(insert: Any) -> Insert:
    passing: Insert = insert.on_conflict_do_nothing()
    return passing


_PIECES = (64, 16, 4, 1)
"""Rows in one of SQLite's statements; ten columns of 64 are less than the fewest parameters that
any of its versions takes."""


def _arrays(types: Iterable[TypeEngine[Any]], dialect: Dialect) -> str:
    """An array of each type, as PostgreSQL's first parameters."""
    names = (dialect.type_compiler_instance.process(type_) for type_ in types)
    return ", ".join(f"${number}::{name}[]" for number, name in enumerate(names, 1))


class Updates:
    """An UPDATE of a row for each of many, which says how many rows it was done to.

    `change` makes it from the values that a row gives for `columns`. Again PostgreSQL has all in
    one statement; each row of the table must be changed for one of the rows at most.
    """

    def __init__(
        self,
        change: Callable[[Mapping[str, ColumnElement[Any]]], Update],
        **columns: TypeEngine[Any],
    ) -> None:
        each = change({name: bindparam(name, type_=type_) for name, type_ in columns.items()})
        self._one_by_one = Many(each, *columns)
        self._at_once = _DriverText(change(dict(asked_rows(**columns).c.items())), ())

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Do it for the rows; for none, do nothing."""
        if rows and connection.dialect.name == "postgresql":
            arrays = tuple(map(list, zip(*rows, strict=True)))
            return connection.exec_driver_sql(self._at_once.of(connection.dialect), arrays).rowcount
        return self._one_by_one(connection, rows)


class Question:
    """A SELECT of which SQLAlchemy's preparing of each execution is spared, as in `Many`.

    Its parameters are `order`, in that order; its rows' values are as the driver gives them.
    """

    def __init__(self, statement: Select[Any], *order: str) -> None:
        self._text = _DriverText(statement, order)

    def __call__(self, connection: Connection, *values: object) -> Sequence[AnyRow]:
        """All rows."""
        return connection.exec_driver_sql(self._text.of(connection.dialect), values).all()


class RowsQuestion:
    """As `Question`, about the rows of `asked_rows`, which are its only parameters."""

    def __init__(self, statement: Select[Any]) -> None:
        self._text = _DriverText(statement, ())

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> Iterable[AnyRow]:
        """The answers, in any order; the same one may come more than once. For no rows, none."""
        if not rows:
            return ()
        text = self._text.of(connection.dialect)
        if connection.dialect.name == "postgresql":
            arrays = tuple(map(list, zip(*rows, strict=True)))
            return connection.exec_driver_sql(text, arrays).all()
        parts = (rows[start : start + _MOST_ROWS] for start in range(0, len(rows), _MOST_ROWS))
        return chain.from_iterable(_ask(connection, text, part) for part in parts)


_MOST_ROWS = 200
_ROWS = "/* rows */"


def _ask(connection: Connection, text: str, rows: Sequence[Row]) -> Sequence[AnyRow]:
    """Ask SQLite, the last row several times: a statement is prepared for each number of rows."""
    wanted = -(-len(rows) // 10) * 10
    holders = f"({', '.join('?' * len(rows[0]))})"
    values = (*chain.from_iterable(rows), *rows[-1] * (wanted - len(rows)))
    asked = text.replace(_ROWS, ", ".join([holders] * wanted))
    return connection.exec_driver_sql(asked, values).all()


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


def asked_rows(**columns: TypeEngine[Any]) -> TableValuedAlias:
    """The rows that a `RowsQuestion` is asked about, whose values are those of `columns`."""
    return _Rows(columns).table_valued(*columns, name="asked")


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


class _Rows(FunctionElement[Any]):
    inherit_cache = False

    def __init__(self, types: dict[str, TypeEngine[Any]]) -> None:
        super().__init__()
        self.types = types


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


@compiles(_Rows, "sqlite")
def _rows_on_sqlite(element: _Rows, compiler: SQLCompiler, **kw: Any) -> str:
    names = ", ".join(f"column{number} AS {name}" for number, name in enumerate(element.types, 1))
    return f"(SELECT {names} FROM (VALUES {_ROWS}))"  # noqa: S608


@compiles(_Rows, "postgresql")
def _rows_on_postgresql(element: _Rows, compiler: SQLCompiler, **kw: Any) -> str:
    arrays = _arrays(element.types.values(), compiler.dialect)
    return f"(SELECT * FROM unnest({arrays}) AS given ({', '.join(element.types)}))"  # noqa: S608
