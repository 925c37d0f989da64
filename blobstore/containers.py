"""Containers in the index. Every function runs inside the caller's transaction."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from blobstore import clock, contents, sas
from blobstore.access import ContainerAccess
from blobstore.conditions import Conditions, State
from blobstore.errors import AzureError, Reason

_COLUMNS = "id, name, etag, modified, metadata, public, policies"


@dataclass(frozen=True, slots=True)
class Container:
    """One container; `modified` in seconds since the epoch, `policies` by id."""

    id: int
    name: str
    etag: str
    modified: int
    metadata: dict[str, str]
    public: str
    policies: dict[str, sas.Policy]

    @property
    def state(self) -> State:
        return State(self.etag, self.modified)

    @property
    def access(self) -> ContainerAccess:
        return ContainerAccess(self.public, self.policies)


def find(db: sqlite3.Connection, name: str) -> Container | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM containers WHERE name = ?", (name,)).fetchone()
    return None if row is None else _container(row)


def get(db: sqlite3.Connection, name: str) -> Container:
    container = find(db, name)
    if container is None:
        raise AzureError(Reason.CONTAINER_NOT_FOUND)
    return container


def id_of(db: sqlite3.Connection, name: str) -> int:
    """The id alone: what writes of blobs need."""
    row = db.execute("SELECT id FROM containers WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise AzureError(Reason.CONTAINER_NOT_FOUND)
    return int(row[0])


def ensure(db: sqlite3.Connection, name: str) -> None:
    """Make a container of that name unless there is one."""
    if find(db, name) is None:
        create(db, name, {}, "")


def create(db: sqlite3.Connection, name: str, metadata: dict[str, str], public: str) -> Container:
    if find(db, name) is not None:
        raise AzureError(Reason.CONTAINER_ALREADY_EXISTS)
    db.execute(
        "INSERT INTO containers (name, etag, modified, metadata, public, policies) VALUES (?, ?, ?, ?, ?, '{}')",
        (name, clock.new_etag(), clock.seconds(), orjson.dumps(metadata).decode(), public),
    )
    return get(db, name)


def set_metadata(db: sqlite3.Connection, name: str, metadata: dict[str, str], conditions: Conditions) -> Container:
    conditions.check_change(get(db, name).state)
    db.execute("UPDATE containers SET metadata = ? WHERE name = ?", (orjson.dumps(metadata).decode(), name))
    return _touch(db, name)


def set_access(db: sqlite3.Connection, name: str, access: ContainerAccess, conditions: Conditions) -> Container:
    conditions.check_change(get(db, name).state)
    policies = orjson.dumps(access.policies).decode()
    db.execute("UPDATE containers SET public = ?, policies = ? WHERE name = ?", (access.public, policies, name))
    return _touch(db, name)


def delete(db: sqlite3.Connection, name: str, conditions: Conditions) -> None:
    """Delete the container with all its blobs and blocks."""
    container = get(db, name)
    conditions.check_change(container.state)
    contents.drop_where(db, "SELECT content FROM blobs WHERE container = ? AND content IS NOT NULL", container.id)
    contents.drop_where(db, "SELECT content FROM blocks WHERE container = ?", container.id)
    lists = "SELECT list FROM blobs WHERE container = ? AND list IS NOT NULL"
    contents.drop_where(db, f"SELECT content FROM extents WHERE list IN ({lists})", container.id)
    db.execute(f"DELETE FROM extents WHERE list IN ({lists})", (container.id,))
    db.execute("DELETE FROM blobs WHERE container = ?", (container.id,))
    db.execute("DELETE FROM blocks WHERE container = ?", (container.id,))
    db.execute("DELETE FROM containers WHERE id = ?", (container.id,))


def listed(db: sqlite3.Connection, prefix: str, start: str, limit: int) -> Iterator[Container]:
    """Up to `limit` containers by name, from `start` on."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM containers WHERE name >= ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?",
        (max(prefix, start), len(prefix), prefix, limit),
    )
    return (_container(row) for row in rows.fetchall())


def _touch(db: sqlite3.Connection, name: str) -> Container:
    stamp = (clock.new_etag(), clock.seconds(), name)
    db.execute("UPDATE containers SET etag = ?, modified = ? WHERE name = ?", stamp)
    return get(db, name)


def _container(row: tuple[int, str, str, int, str, str, str]) -> Container:
    number, name, etag, modified, metadata, public, policies = row
    stored = {key: sas.Policy(**policy) for key, policy in orjson.loads(policies).items()}
    return Container(number, name, etag, modified, orjson.loads(metadata), public, stored)
