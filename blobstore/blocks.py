"""Blocks: staged under a blob's name, then committed as its list. Functions run inside the caller's transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from blobstore import blobs, clock, contents
from blobstore.blobs import Blob, Write
from blobstore.contents import Staged
from blobstore.errors import AzureError, Reason


class Kind(Enum):
    """Where a block list looks for a block."""

    COMMITTED = "Committed"
    UNCOMMITTED = "Uncommitted"
    LATEST = "Latest"


@dataclass(frozen=True, slots=True)
class Block:
    """A block by its id, in base64 as the client wrote it."""

    id: str
    size: int
    content: int


def stage(db: sqlite3.Connection, container: str, name: str, block: str, staged: Staged) -> None:
    """Keep an uncommitted block; one of the same id is replaced."""
    found = blobs.place(db, container, name)
    if found.has_blocks:
        _make_room(db, found.container, name, block)
    db.execute(
        "INSERT OR REPLACE INTO blocks (container, name, block, size, content, staged) VALUES (?, ?, ?, ?, ?, ?)",
        (found.container, name, block, staged.size, contents.insert(db, staged), clock.seconds()),
    )


def _make_room(db: sqlite3.Connection, container: int, name: str, block: str) -> None:
    """All ids under one name are of one length (Azure). A block of the same id gives up its bytes."""
    key = (container, name)
    other = db.execute("SELECT block FROM blocks WHERE container = ? AND name = ? LIMIT 1", key).fetchone()
    if len(other[0]) != len(block):
        raise AzureError(Reason.INVALID_BLOB_OR_BLOCK)
    contents.drop_where(db, "SELECT content FROM blocks WHERE container = ? AND name = ? AND block = ?", *key, block)


def commit(db: sqlite3.Connection, write: Write, entries: Iterable[tuple[Kind, str]]) -> Blob:
    """Make or replace a blob of the listed blocks, in their order. Its other blocks go."""
    found = blobs.opened(db, write)
    staged = {block.id: block for block in uncommitted(db, found.container, write.name)}
    present = {block.id: block for block in committed(db, found.blob)}
    chosen = [_choose(kind, block, staged, present) for kind, block in entries]
    before = {block.content for block in [*staged.values(), *_extents(db, found.blob)]}
    if found.blob is not None and found.blob.content is not None:
        before.add(found.blob.content)
    for content in before - {block.content for block in chosen}:
        contents.drop(db, content)
    db.execute("DELETE FROM blocks WHERE container = ? AND name = ?", (found.container, write.name))
    if found.blob is not None and found.blob.list is not None:
        db.execute("DELETE FROM extents WHERE list = ?", (found.blob.list,))
    block_list, size = _insert_list(db, chosen)
    return blobs.store(db, found.container, write, size, block_list=block_list)


def uncommitted(db: sqlite3.Connection, container: int, name: str) -> list[Block]:
    rows = db.execute(
        "SELECT block, size, content FROM blocks WHERE container = ? AND name = ? ORDER BY block", (container, name)
    )
    return [Block(*row) for row in rows]


def committed(db: sqlite3.Connection, blob: Blob | None) -> list[Block]:
    """The blocks of a blob in order; none for one that no list made."""
    return [block for block in _extents(db, blob) if block.id]


def _extents(db: sqlite3.Connection, blob: Blob | None) -> list[Block]:
    if blob is None or blob.list is None:
        return []
    rows = db.execute("SELECT block, size, content FROM extents WHERE list = ? ORDER BY start", (blob.list,))
    return [Block(*row) for row in rows]


def _choose(kind: Kind, block: str, staged: dict[str, Block], present: dict[str, Block]) -> Block:
    places = {Kind.UNCOMMITTED: [staged], Kind.COMMITTED: [present], Kind.LATEST: [staged, present]}[kind]
    for place in places:
        if block in place:
            return place[block]
    raise AzureError(Reason.INVALID_BLOCK_LIST)


def _insert_list(db: sqlite3.Connection, chosen: list[Block]) -> tuple[int, int]:
    """The id of the new list and the size of its blob in bytes."""
    block_list, start, rows = blobs.new_list(db), 0, []
    for block in chosen:
        rows.append((block_list, start, block.size, block.id, block.content))
        start += block.size
    db.executemany("INSERT INTO extents (list, start, size, block, content) VALUES (?, ?, ?, ?, ?)", rows)
    return block_list, start
