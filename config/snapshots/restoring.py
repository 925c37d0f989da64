"""Puts a snapshot in the place of everything that is here. What cannot be read is refused before anything changes."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from azure.core.exceptions import AzureError
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from config import boxes
from config.datadir import write_private
from config.snapshots import archive, blobs, rows
from config.snapshots.archive import Found
from config.snapshots.errors import Damaged, OtherVersion, StorageUnavailable
from config.standstill import standstill
from dbthreads import in_db


@dataclass(frozen=True)
class Contents:
    manifest: dict[str, Any]
    tables: dict[rows.Model, list[Found]]
    secrets: dict[Path, Found]
    blobs: list[Found]


async def restore(file: IO[bytes]) -> dict[str, Any]:
    """{"ok": true, "made": …, "rows": n, "blobs": n}. `file` has a descriptor. SnapshotError, StillBusy."""
    contents = await asyncio.to_thread(_checked, file)
    async with standstill():
        try:
            with blobs.account() as account:
                return await _exchange(file, contents, account)
        except AzureError as err:
            raise StorageUnavailable("the blob storage does not answer") from err


async def _exchange(file: IO[bytes], contents: Contents, account: Any) -> dict[str, Any]:
    exchange = await asyncio.to_thread(blobs.Exchange, account, file, str(contents.manifest.get("container")))
    try:
        blob_count = await asyncio.to_thread(exchange.bring, contents.blobs)
        row_count = await in_db(_exchange_rows, file, contents)
    except BaseException:
        await asyncio.to_thread(exchange.undo)
        raise
    await asyncio.to_thread(exchange.finish)
    return {"ok": True, "made": contents.manifest.get("made"), "rows": row_count, "blobs": blob_count}


def _checked(file: IO[bytes]) -> Contents:
    """Read everything once: the checksums, and whether this version knows every table and column."""
    manifest, entries = archive.checked(file)
    known = {table._meta.db_table: table for table in boxes.tables()}
    kept = {secret.name: secret for secret in boxes.secrets()}
    contents = Contents(manifest, {}, {}, [])
    for entry in entries:
        kind, _, rest = entry.name.partition("/")
        if kind == "rows":
            name = rest.partition("/")[0]
            if name not in known:
                raise OtherVersion(f"the snapshot is of another version: this one has no table {name}")
            _check_rows(file, entry, known[name])
            contents.tables.setdefault(known[name], []).append(entry)
        elif kind == "secrets" and rest in kept:
            contents.secrets[kept[rest]] = entry
        elif kind == "blobs":
            contents.blobs.append(entry)
    return contents


def _check_rows(file: IO[bytes], entry: Found, table: rows.Model) -> None:
    seen: set[frozenset[str]] = set()
    for row in archive.lines(file, entry):
        if not isinstance(row, dict):
            raise Damaged(f"{entry.name} has a row that is not an object")
        seen.add(frozenset(row))
    for names in seen:
        rows.checked_columns(table, names)


def _exchange_rows(file: IO[bytes], contents: Contents) -> int:
    tables = boxes.tables()
    try:
        with transaction.atomic():
            for reset in boxes.resets(but="blobstore"):
                reset()
            for table in reversed(tables):
                rows.delete_all(table)
            count = sum(
                rows.load(table, archive.lines(file, entry))
                for table in tables
                for entry in contents.tables.get(table, ())
            )
            rows.go_on_counting(tables)
            _write_secrets(file, contents.secrets)
            for restored in boxes.restoreds():
                restored(contents.manifest)
    except (DatabaseError, ValidationError, ValueError, TypeError, KeyError) as err:
        raise Damaged(f"the rows of the snapshot cannot be loaded: {err}") from err
    return count


def _write_secrets(file: IO[bytes], secrets: dict[Path, Found]) -> None:
    for path, entry in secrets.items():
        content = b"".join(archive.content(file, entry)).decode()
        if not path.exists() or path.read_text() != content:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            write_private(path, content)
