"""One writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

# Any number that no other lock of this database uses.
_TREE_LOCK: Final = 0x0AE17EE


@contextmanager
def writing() -> Iterator[None]:
    """A transaction in which no other process changes the tree. May be nested; several writes inside are one."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])
        yield
