"""Removes what no blob needs: dropped contents, abandoned blocks, files of processes that died."""

import os
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from blobstore.configuration import BlobstoreConfig
from blobstore.contents import path_of
from blobstore.index import SHARDS
from blobstore.store import Store

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Collected:
    """How many blocks, contents and stray files went."""

    blocks: int
    contents: int
    strays: int


async def collect_garbage(store: Store) -> Collected:
    """Remove all that is due by the limits of the store's configuration. Safe beside traffic and other collectors."""
    blocks, removed = await collect_dropped(store)
    return Collected(blocks, removed, await collect_strays(store))


async def collect_dropped(store: Store) -> tuple[int, int]:
    """Abandoned blocks and dropped contents: how many of each went."""
    blocks = await store.change(lambda db: _drop_abandoned_blocks(db, store.config))
    removed = 0
    while True:
        due, files, rows = await store.change(lambda db: _take_dropped(db, store.config))
        await store.work(_unlink, [path_of(store.config.directory, file) for file in files])
        removed += rows
        if due < BATCH:
            return blocks, removed


async def collect_strays(store: Store) -> int:
    """Files that a dead process left: no row names them, and nobody has written to them for long."""
    return await store.work(_remove_strays, store)


def _drop_abandoned_blocks(db: sqlite3.Connection, config: BlobstoreConfig) -> int:
    """Blocks of a blob under which nothing was staged for the whole lifetime."""
    now = int(time.time())
    due = "SELECT container, name FROM blocks GROUP BY container, name HAVING max(staged) < ?"
    limit = now - config.uncommitted_lifetime
    db.execute(
        "INSERT OR REPLACE INTO dropped (content, since)"
        f" SELECT content, 0 FROM blocks WHERE (container, name) IN ({due})",
        (limit,),
    )
    return db.execute(f"DELETE FROM blocks WHERE (container, name) IN ({due})", (limit,)).rowcount


def _take_dropped(db: sqlite3.Connection, config: BlobstoreConfig) -> tuple[int, list[str], int]:
    """Forget a batch of dropped contents: how many were due, the files to unlink after the commit, the rows gone."""
    due = [row[0] for row in db.execute(
        "SELECT content FROM dropped WHERE since <= ? LIMIT ?", (int(time.time() - config.drop_grace), BATCH)
    )]  # fmt: skip
    files, rows = [], 0
    for content in due:
        db.execute("DELETE FROM dropped WHERE content = ?", (content,))
        if _referred(db, content):
            continue
        row = db.execute("SELECT file FROM contents WHERE id = ?", (content,)).fetchone()
        if row is not None:
            db.execute("DELETE FROM contents WHERE id = ?", (content,))
            rows += 1
            files += [row[0]] if row[0] else []
    return len(due), files, rows


def _referred(db: sqlite3.Connection, content: int) -> bool:
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM blobs WHERE content = ?1) OR EXISTS (SELECT 1 FROM extents WHERE content = ?1)"
        " OR EXISTS (SELECT 1 FROM blocks WHERE content = ?1)",
        (content,),
    ).fetchone()
    return bool(found[0])


def _remove_strays(store: Store) -> int:
    directory = store.config.directory
    limit = time.time() - store.config.stray_lifetime
    strays = []
    for shard in SHARDS:
        for entry in _older(directory / "contents" / shard, limit):
            known = store.index.connection().execute("SELECT 1 FROM contents WHERE file = ?", (entry.name,)).fetchone()
            strays += [] if known else [Path(entry.path)]
    _unlink(strays)
    return len(strays)


def _older(folder: Path, limit: float) -> list["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_file() and entry.stat().st_mtime < limit]


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
