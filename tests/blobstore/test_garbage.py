"""What no blob needs goes; what one needs stays."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from blobstore import blobs, blocks, containers, reset
from blobstore.blobs import Attributes, Write
from blobstore.blocks import Kind
from blobstore.conditions import NONE
from blobstore.contents import Spool, Staged, path_of
from blobstore.garbage import collect_garbage
from blobstore.store import Store
from tests.blobstore.account import config


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    made = Store(config(tmp_path / "blobs", drop_grace=0.0))
    await made.change(lambda db: containers.create(db, "c", {}, ""))
    yield made
    made.close()


def staged(store: Store, content: bytes) -> Staged:
    spool = Spool(store.config.directory)
    spool.write(content)
    return Staged(len(content), file=spool.finish())


def write(name: str) -> Write:
    return Write("c", name, Attributes(), NONE)


async def put(store: Store, name: str, content: bytes) -> None:
    await store.change(lambda db: blobs.put(db, write(name), staged(store, content)))


async def stage(store: Store, name: str, block: str) -> None:
    await store.change(lambda db: blocks.stage(db, "c", name, block, staged(store, block.encode())))


def files(store: Store) -> list[bytes]:
    return sorted(path.read_bytes() for path in (store.config.directory / "contents").rglob("*") if path.is_file())


async def test_replaced_and_deleted_contents_go(store: Store) -> None:
    await put(store, "a", b"one")
    await put(store, "a", b"two")
    await put(store, "b", b"three")
    await store.change(lambda db: blobs.delete(db, "c", "b", NONE))
    assert files(store) == [b"one", b"three", b"two"]
    assert (await collect_garbage(store)).contents == 2
    assert files(store) == [b"two"]


async def test_readers_have_their_time(tmp_path: Path) -> None:
    patient = Store(config(tmp_path / "blobs", drop_grace=60.0))
    await patient.change(lambda db: containers.create(db, "c", {}, ""))
    await put(patient, "a", b"one")
    await put(patient, "a", b"two")
    assert (await collect_garbage(patient)).contents == 0
    assert files(patient) == [b"one", b"two"]
    patient.close()


async def test_contents_that_a_copy_shares_stay(store: Store) -> None:
    await put(store, "a", b"shared")
    await store.change(lambda db: blobs.put_copy(db, write("copy"), blobs.get(db, "c", "a")))
    await store.change(lambda db: blobs.delete(db, "c", "a", NONE))
    await collect_garbage(store)
    assert files(store) == [b"shared"]
    await store.change(lambda db: blobs.delete(db, "c", "copy", NONE))
    await collect_garbage(store)
    assert files(store) == []


async def test_blocks_that_are_listed_again_stay(store: Store) -> None:
    for block in ("AAAA", "BBBB", "CCCC"):
        await stage(store, "a", block)
    await store.change(lambda db: blocks.commit(db, write("a"), [(Kind.LATEST, "AAAA"), (Kind.LATEST, "BBBB")]))
    await store.change(lambda db: blocks.commit(db, write("a"), [(Kind.COMMITTED, "BBBB")] * 2))
    await collect_garbage(store)
    assert files(store) == [b"BBBB"]


async def test_container_goes_with_all_its_contents(store: Store) -> None:
    await put(store, "a", b"one")
    await stage(store, "b", "AAAA")
    await stage(store, "d", "BBBB")
    await store.change(lambda db: blocks.commit(db, write("d"), [(Kind.LATEST, "BBBB")]))
    await store.change(lambda db: containers.delete(db, "c", NONE))
    await collect_garbage(store)
    assert files(store) == []


async def test_blocks_go_a_week_after_the_last_was_staged(store: Store) -> None:
    for name in ("abandoned", "busy"):
        await stage(store, name, "AAAA")
        await stage(store, name, "BBBB")
    week = 7 * 24 * 3600
    late = int(time.time()) - week - 10
    await store.change(lambda db: db.execute("UPDATE blocks SET staged = ? WHERE name = 'abandoned'", (late,)) and None)
    await store.change(lambda db: db.execute("UPDATE blocks SET staged = ? WHERE block = 'AAAA'", (late,)) and None)
    assert (await collect_garbage(store)).blocks == 2
    left = store.read(lambda db: db.execute("SELECT name, block FROM blocks ORDER BY block").fetchall())
    assert left == [("busy", "AAAA"), ("busy", "BBBB")]
    assert files(store) == [b"AAAA", b"BBBB"]


async def test_files_of_dead_processes_go(store: Store) -> None:
    await put(store, "a", b"kept")
    staged(store, b"whole, never committed")
    Spool(store.config.directory).write(b"never finished")
    long_ago = time.time() - 3 * 24 * 3600
    for path in store.config.directory.rglob("*"):
        if path.is_file() and "sqlite" not in path.name:
            os.utime(path, (long_ago, long_ago))
    staged(store, b"another process is just about to commit")
    assert (await collect_garbage(store)).strays == 2
    assert files(store) == [b"another process is just about to commit", b"kept"]


async def test_file_that_was_taken_for_a_stray_cannot_be_finished(store: Store) -> None:
    """Its client paused for a day: a row that names it would be a blob without bytes."""
    await put(store, "a", b"kept")
    spool = Spool(store.config.directory)
    spool.write(b"half of it")
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(path_of(store.config.directory, spool.file), (long_ago, long_ago))
    assert (await collect_garbage(store)).strays == 1
    with pytest.raises(FileNotFoundError):
        spool.finish()
    spool.discard()


async def test_reset_empties_the_store(store: Store) -> None:
    await put(store, "a", b"one")
    reset.empty(store.config.directory)
    assert files(store) == []
    assert store.read(lambda db: containers.find(db, "c")) is None
    await store.change(lambda db: containers.create(db, "c", {}, ""))
    await put(store, "a", b"again")
    assert files(store) == [b"again"]


def test_reset_of_nothing_makes_nothing(tmp_path: Path) -> None:
    reset.empty(tmp_path / "never")
    assert list(tmp_path.iterdir()) == []
