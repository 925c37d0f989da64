"""Which blobs a page of a list holds. Functions run inside the caller's transaction."""

import base64
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from blobstore import blobs
from blobstore.blobs import Blob
from blobstore.errors import AzureError, Reason

MAX_PAGE = 5000
_COLUMNS = "name, etag, created, modified, size, content, list, attributes"
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A common beginning of names, up to and with the delimiter."""

    name: str


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """A name under which blocks are staged and no blob is."""

    name: str


Entry = Blob | Prefix | Uncommitted


@dataclass(frozen=True, slots=True)
class Asked:
    """`start` is the first name that may be in the page; `limit` counts entries."""

    prefix: str = ""
    delimiter: str = ""
    start: str = ""
    limit: int = MAX_PAGE
    uncommitted: bool = False


@dataclass(slots=True)
class Page:
    """Entries in the order of their names, and where the next page starts; empty after the last."""

    entries: list[Entry] = field(default_factory=list)
    next: str = ""


def page(db: sqlite3.Connection, container: int, asked: Asked) -> Page:
    """A page of the list. Below a common prefix it skips, so its cost grows with the page, not with the container."""
    result = Page()
    start: str | None = max(asked.prefix, asked.start)
    while start is not None:
        start = _fill(result, _rows(db, container, start, asked), asked)
    return result


def marker(name: str) -> str:
    """The opaque marker of the page that starts with `name`."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def from_marker(text: str) -> str:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True).decode()
    except ValueError as err:
        raise AzureError(Reason.INVALID_QUERY_PARAMETER_VALUE, detail={"QueryParameterName": "marker"}) from err


def after_prefix(prefix: str) -> str | None:
    """The least string that is greater than every string that begins with `prefix`; None where there is none."""
    for position in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[position]) + 1
        if code in _SURROGATES:
            code = _SURROGATES.stop
        if code <= sys.maxunicode:
            return prefix[:position] + chr(code)
    return None


def _fill(result: Page, rows: Iterator[Entry], asked: Asked) -> str | None:
    """Take rows until the page is full, the names are past the prefix, or a common prefix allows a skip to its end."""
    for entry in rows:
        if not entry.name.startswith(asked.prefix):
            return None
        if len(result.entries) == asked.limit:
            result.next = entry.name
            return None
        common = _common(entry.name, asked)
        if common is None:
            result.entries.append(entry)
            continue
        result.entries.append(Prefix(common))
        return after_prefix(common)
    return None


def _common(name: str, asked: Asked) -> str | None:
    if not asked.delimiter:
        return None
    found = name.find(asked.delimiter, len(asked.prefix))
    return None if found < 0 else name[: found + len(asked.delimiter)]


def _rows(db: sqlite3.Connection, container: int, start: str, asked: Asked) -> Iterator[Entry]:
    statement = f"SELECT {_COLUMNS} FROM blobs WHERE container = :container AND name >= :start"
    if asked.uncommitted:
        statement += (
            " UNION ALL SELECT DISTINCT name, NULL, 0, 0, 0, NULL, NULL, '' FROM blocks"
            " WHERE container = :container AND name >= :start AND NOT EXISTS"
            " (SELECT 1 FROM blobs WHERE blobs.container = :container AND blobs.name = blocks.name)"
        )
    rows = db.execute(f"{statement} ORDER BY 1", {"container": container, "start": start})
    return (Uncommitted(row[0]) if row[1] is None else blobs.from_row(row) for row in rows)
