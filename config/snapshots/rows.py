"""Rows as JSON that no database has its own idea of, so that a snapshot moves between SQLite and PostgreSQL."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models, transaction

from config.snapshots.errors import Damaged, OtherVersion

ROWS_AT_ONCE = 500

Model = type[models.Model]


@contextmanager
def one_moment() -> Iterator[None]:
    """Every statement within sees the database as it is now, and holds up no writer."""
    if connection.vendor == "sqlite":
        # Not atomic(): with transaction_mode=IMMEDIATE that takes the writers' lock.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def columns(model: Model) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def dumped(model: Model) -> Iterator[list[bytes]]:
    """Lots of at most ROWS_AT_ONCE lines."""
    fields = model._meta.concrete_fields
    lot: list[bytes] = []
    query = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in query.iterator(ROWS_AT_ONCE):
        values = {str(field.column): _written(field, value) for field, value in zip(fields, row, strict=True)}
        lot.append(json.dumps(values).encode() + b"\n")
        if len(lot) == ROWS_AT_ONCE:
            yield lot
            lot = []
    if lot:
        yield lot


def checked_columns(model: Model, found: Iterable[str]) -> None:
    """OtherVersion unless rows with these columns can be loaded: what is missing has a default."""
    known, there = {str(field.column): field for field in model._meta.concrete_fields}, set(found)
    if newer := there - set(known):
        raise OtherVersion(f"the snapshot is of a newer version: {model._meta.db_table}.{min(newer)} is unknown")
    lacking = [name for name in set(known) - there if not (known[name].has_default() or known[name].null)]
    if lacking:
        raise OtherVersion(f"the snapshot is of an older version: {model._meta.db_table}.{min(lacking)} is missing")


def load(model: Model, rows: Iterable[dict[str, Any]]) -> int:
    """How many. In the caller's transaction; primary keys and times stay what they were."""
    fields = model._meta.concrete_fields
    made = [_instance(model, fields, row) for row in rows]
    size = min(ROWS_AT_ONCE, max(1, connection.ops.bulk_batch_size(fields, made))) if made else 1
    for start in range(0, len(made), size):
        # raw: auto_now fields keep their values. bulk_create has no such option.
        model._base_manager.all()._insert(  # type: ignore[attr-defined]
            made[start : start + size], fields=fields, using=DEFAULT_DB_ALIAS, raw=True
        )
    return len(made)


def delete_all(model: Model) -> None:
    model._base_manager.all()._raw_delete(using=DEFAULT_DB_ALIAS)


def go_on_counting(tables: Iterable[Model]) -> None:
    """PostgreSQL's sequences know nothing of rows that came with their keys. They never go back."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tables:
            key, table = model._meta.auto_field, model._meta.db_table
            if key is None:
                continue
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key.column])
            (sequence,) = cursor.fetchone()
            cursor.execute(
                f'SELECT setval(%s, greatest((SELECT coalesce(max("{key.column}"), 1) FROM "{table}"),'
                f" (SELECT last_value FROM {sequence})))",
                [sequence],
            )


def _written(field: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return field.get_prep_value(value) if _is_converted_text(field) else value


def _instance(model: Model, fields: Iterable[Any], row: dict[str, Any]) -> models.Model:
    if not isinstance(row, dict):
        raise Damaged(f"a row of {model._meta.db_table} is not an object")
    values = {field.attname: _read(field, row[field.column]) for field in fields if field.column in row}
    return model(**values)


def _read(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return field.from_db_value(value, None, connection) if _is_converted_text(field) else value


def _is_converted_text(field: Any) -> bool:
    """A text whose values in Python are something else: its stored form is what is kept."""
    return isinstance(field, models.TextField) and hasattr(field, "from_db_value")
