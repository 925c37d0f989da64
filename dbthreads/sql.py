"""Plain SQL for the hot paths, where the ORM costs ten times the query. Placeholders are %s on every database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def scalar(sql: str, parameters: Sequence[Any] = ()) -> Any:
    """The first column of the first row; None when there is no row."""
    found = rows(sql, parameters)
    return found[0][0] if found else None


def execute(sql: str, parameters: Sequence[Any] = ()) -> int:
    """How many rows the statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def execute_many(sql: str, many: Sequence[Sequence[Any]]) -> None:
    if many:
        with connection.cursor() as cursor:
            cursor.executemany(sql, many)


def moment(value: datetime) -> Any:
    """As this database takes it for a parameter."""
    return connection.ops.adapt_datetimefield_value(value)


def marks(values: Sequence[Any]) -> str:
    """Placeholders for `IN (…)`."""
    return ", ".join(["%s"] * len(values))


def skip_locked() -> str:
    """Appended to a SELECT inside an UPDATE: two takers take different rows instead of waiting for each other."""
    return " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
