"""Blobs in the index. Every function runs inside the caller's transaction."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

import orjson

from blobstore import clock, contents
from blobstore.conditions import Conditions, State
from blobstore.contents import Staged
from blobstore.errors import AzureError, Reason

SMALL = 256 * 1024  # bytes: what is read from the index together with the blob's row

_COLUMNS = "name, etag, created, modified, size, content, list, attributes"
_QUALIFIED = ", ".join(f"blobs.{column}" for column in _COLUMNS.split(", "))


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a blob carries beside its bytes. `headers` are content-type, content-md5, cache-control and their like."""

    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    tier: str = ""  # empty: the account's default, which is Hot
    copy: dict[str, str] = field(default_factory=dict)  # the x-ms-copy- headers of the copy that made the blob


Change = Callable[[Attributes], Attributes]


@dataclass(frozen=True, slots=True)
class Blob:
    """One committed blob. Its bytes are one `content`, or the extents of a block `list`."""

    name: str
    etag: str
    created: int
    modified: int
    size: int
    content: int | None
    list: int | None
    attributes: Attributes

    @property
    def state(self) -> State:
        return State(self.etag, self.modified)


@dataclass(frozen=True, slots=True)
class Place:
    """What is under a name: the container's id, the committed blob, and whether blocks are staged."""

    container: int
    blob: Blob | None
    has_blocks: bool


@dataclass(frozen=True, slots=True)
class Write:
    """A request to make or replace a blob. `create_only`: its signature does not cover replacing."""

    container: str
    name: str
    attributes: Attributes
    conditions: Conditions
    create_only: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """A run of bytes of a blob: where it starts, and the content that holds it. `data` where it was read on the way."""

    start: int
    size: int
    content: int
    file: str | None
    data: bytes | None


def get(db: sqlite3.Connection, container: str, name: str) -> Blob:
    return _present(db, container, name)[1]


def place(db: sqlite3.Connection, container: str, name: str) -> Place:
    """All that is known under a name, by one statement: writes are many, and statements are what they cost."""
    row = db.execute(
        f"SELECT containers.id, EXISTS (SELECT 1 FROM blocks WHERE container = containers.id AND name = ?1),"
        f" {_QUALIFIED} FROM containers LEFT JOIN blobs ON blobs.container = containers.id AND blobs.name = ?1"
        f" WHERE containers.name = ?2",
        (name, container),
    ).fetchone()
    if row is None:
        raise AzureError(Reason.CONTAINER_NOT_FOUND)
    return Place(row[0], None if row[2] is None else from_row(row[2:]), bool(row[1]))


def opened(db: sqlite3.Connection, write: Write) -> Place:
    """Where `write` goes, when it may go on."""
    found = place(db, write.container, write.name)
    write.conditions.check_write(None if found.blob is None else found.blob.state)
    if found.blob is not None and write.create_only:
        raise AzureError(Reason.UNAUTHORIZED_BLOB_OVERWRITE)
    return found


def put(db: sqlite3.Connection, write: Write, staged: Staged) -> Blob:
    """Make or replace a blob of one content. Its uncommitted blocks go, as in Azure."""
    found = opened(db, write)
    drop_bytes(db, found.blob)
    if found.has_blocks:
        key = (found.container, write.name)
        contents.drop_where(db, "SELECT content FROM blocks WHERE container = ? AND name = ?", *key)
        db.execute("DELETE FROM blocks WHERE container = ? AND name = ?", key)
    return store(db, found.container, write, staged.size, content=contents.insert(db, staged))


def put_copy(db: sqlite3.Connection, write: Write, source: Blob) -> Blob:
    """Make or replace a blob with the bytes of another: contents never change, so both refer to the same."""
    found = opened(db, write)
    block_list = None if source.list is None else _copied_list(db, source.list)
    drop_bytes(db, found.blob)
    return store(db, found.container, write, source.size, content=source.content, block_list=block_list)


def store(
    db: sqlite3.Connection,
    container: int,
    write: Write,
    size: int,
    *,
    content: int | None = None,
    block_list: int | None = None,
) -> Blob:
    now = clock.seconds()
    blob = Blob(write.name, clock.new_etag(), now, now, size, content, block_list, write.attributes)
    db.execute(
        f"INSERT OR REPLACE INTO blobs (container, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (container, blob.name, blob.etag, now, now, size, content, block_list, orjson.dumps(blob.attributes).decode()),
    )
    return blob


def amend(db: sqlite3.Connection, container: str, name: str, conditions: Conditions, change: Change) -> Blob:
    """Change the attributes of a blob, which gives it a new ETag and time."""
    number, blob = _present(db, container, name)
    conditions.check_change(blob.state)
    amended = replace(
        blob, attributes=change(blob.attributes), etag=clock.new_etag(), modified=max(clock.seconds(), blob.modified)
    )
    _update(db, number, amended)
    return amended


def amend_silently(db: sqlite3.Connection, container: str, name: str, change: Change) -> None:
    """Change what is beside the blob (tier, tags): ETag and time stay."""
    number, blob = _present(db, container, name)
    _update(db, number, replace(blob, attributes=change(blob.attributes)))


def delete(db: sqlite3.Connection, container: str, name: str, conditions: Conditions) -> None:
    number, blob = _present(db, container, name)
    conditions.check_change(blob.state)
    drop_bytes(db, blob)
    db.execute("DELETE FROM blobs WHERE container = ? AND name = ?", (number, name))


def drop_bytes(db: sqlite3.Connection, blob: Blob | None) -> None:
    """Give up what a blob is made of; the caller replaces or deletes its row."""
    if blob is None:
        return
    if blob.content is not None:
        contents.drop(db, blob.content)
    if blob.list is not None:
        contents.drop_where(db, "SELECT content FROM extents WHERE list = ?", blob.list)
        db.execute("DELETE FROM extents WHERE list = ?", (blob.list,))


def extents(db: sqlite3.Connection, blob: Blob, first: int, end: int) -> list[Extent]:
    """The extents that hold the bytes from `first` up to `end`, in order; those of a small blob with their bytes."""
    data = "data" if blob.size <= SMALL else "NULL"
    if blob.list is None:
        row = db.execute(f"SELECT id, file, {data} FROM contents WHERE id = ?", (blob.content,)).fetchone()
        return [Extent(0, blob.size, *row)] if row else []
    rows = db.execute(
        f"SELECT start, extents.size, content, file, {data} FROM extents JOIN contents ON contents.id = content"
        " WHERE list = ?"
        " AND start >= (SELECT max(start) FROM extents WHERE list = ? AND start <= ?) AND start < ? ORDER BY start",
        (blob.list, blob.list, first, end),
    )
    return [Extent(*row) for row in rows]


def from_row(row: tuple[str, str, int, int, int, int | None, int | None, str]) -> Blob:
    return Blob(*row[:7], Attributes(**orjson.loads(row[7])))


def new_list(db: sqlite3.Connection) -> int:
    return cast(int, db.execute("INSERT INTO lists DEFAULT VALUES").lastrowid)


def _copied_list(db: sqlite3.Connection, block_list: int) -> int:
    copy = new_list(db)
    db.execute(
        "INSERT INTO extents (list, start, size, block, content) SELECT ?, start, size, '', content FROM extents"
        " WHERE list = ?",
        (copy, block_list),
    )
    return copy


def _present(db: sqlite3.Connection, container: str, name: str) -> tuple[int, Blob]:
    found = place(db, container, name)
    if found.blob is None:
        raise AzureError(Reason.BLOB_NOT_FOUND)
    return found.container, found.blob


def _update(db: sqlite3.Connection, container: int, blob: Blob) -> None:
    db.execute(
        "UPDATE blobs SET etag = ?, modified = ?, attributes = ? WHERE container = ? AND name = ?",
        (blob.etag, blob.modified, orjson.dumps(blob.attributes).decode(), container, blob.name),
    )
