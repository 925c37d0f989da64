"""The blobs of a snapshot, by the Azure SDK: the embedded storage, Azurite and Azure alike."""

import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO, Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContentSettings
from django.conf import settings

from config import health
from config.gate import PASS
from config.snapshots.archive import Entry, Found
from config.snapshots.errors import Damaged
from config.standstill import gate

AT_ONCE = 8
BLOCK = 4 * 1024 * 1024  # bytes of a blob that are in memory at once

Name = tuple[str, str]
"""Container and blob."""


class Section:
    """The bytes of an entry as a file to read, without moving the archive's own position."""

    def __init__(self, file: IO[bytes], entry: Found) -> None:
        self._descriptor, self._at, self._end = file.fileno(), entry.at, entry.at + entry.size

    def read(self, size: int = -1) -> bytes:
        rest = self._end - self._at
        found = os.pread(self._descriptor, rest if size < 0 else min(size, rest), self._at)
        self._at += len(found)
        return found


@contextmanager
def account() -> Iterator[BlobServiceClient]:
    """A client that passes the gate while everything else waits. AzureError where the storage does not answer."""
    client = BlobServiceClient.from_connection_string(
        settings.AZURE_STORAGE_CONNECTION_STRING,
        max_single_put_size=BLOCK,
        max_block_size=BLOCK,
        max_single_get_size=BLOCK,
        max_chunk_get_size=BLOCK,
        retry_total=2,
        raw_request_hook=_with_pass,
    )
    with client:
        yield client


def listed(client: BlobServiceClient) -> Iterator[Name]:
    """In the embedded storage all that there is; elsewhere the repository's container, as the rest may be others'."""
    names = [settings.BLOB_CONTAINER]
    if health.blob_storage_is_embedded():
        names = [container.name for container in client.list_containers()]
    for container in names:
        try:
            for blob in client.get_container_client(container).list_blob_names():
                yield container, blob
        except ResourceNotFoundError:
            continue  # nothing was uploaded yet


def entries(client: BlobServiceClient, names: Iterable[Name]) -> Iterator[Entry]:
    number = 0
    for container, blob in names:
        try:
            download = client.get_blob_client(container, blob).download_blob()
        except ResourceNotFoundError:
            continue  # deleted by a client since it was listed; what rows name is not deleted meanwhile
        number += 1
        found = download.properties
        facts = {
            "container": container,
            "blob": blob,
            "type": found.content_settings.content_type or "",
            "metadata": json.dumps(found.metadata or {}),
        }
        yield Entry(f"blobs/{number}", found.size, download.chunks(), facts)


class Exchange:
    """Brings the blobs of an archive in, and afterwards takes away what was there before."""

    def __init__(self, client: BlobServiceClient, file: IO[bytes], archive_container: str) -> None:
        self._client = client
        self._file = file
        self._archive_container = archive_container
        self._before = set(listed(client))
        self._wanted: set[Name] = set()
        self._added: set[Name] = set()

    def bring(self, found: Iterable[Found]) -> int:
        """How many blobs the archive has. Those that are here already are not sent again: their bytes never change."""
        wanted = {self._name(entry): entry for entry in found}
        wanted = {name: entry for name, entry in wanted.items() if self._belongs_here(name)}
        self._wanted = set(wanted)
        for container in {container for container, _ in wanted}:
            self._make_container(container)
        missing = {name: entry for name, entry in wanted.items() if not self._is_here(name)}
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for name in threads.map(self._put, missing, missing.values()):
                self._added.add(name)
        return len(wanted)

    def undo(self) -> None:
        self._delete(self._added - self._before)

    def finish(self) -> None:
        self._delete(self._before - self._wanted)

    def _name(self, entry: Found) -> Name:
        try:
            container, blob = entry.facts["container"], entry.facts["blob"]
        except KeyError as err:
            raise Damaged(f"{entry.name} does not say which blob it is") from err
        return (settings.BLOB_CONTAINER if container == self._archive_container else container), blob

    def _belongs_here(self, name: Name) -> bool:
        return name[0] == settings.BLOB_CONTAINER or health.blob_storage_is_embedded()

    def _is_here(self, name: Name) -> bool:
        return name[0] == settings.BLOB_CONTAINER and name in self._before

    def _make_container(self, container: str) -> None:
        with suppress(ResourceExistsError):
            self._client.create_container(container)

    def _put(self, name: Name, entry: Found) -> Name:
        section: Any = Section(self._file, entry)
        self._client.get_blob_client(*name).upload_blob(
            section,
            length=entry.size,
            overwrite=True,
            metadata=json.loads(entry.facts.get("metadata", "{}")),
            content_settings=ContentSettings(content_type=entry.facts.get("type") or None),
        )
        return name

    def _delete(self, names: set[Name]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(self._delete_one, names))

    def _delete_one(self, name: Name) -> None:
        with suppress(ResourceNotFoundError):
            self._client.get_blob_client(*name).delete_blob()


def _with_pass(request: Any) -> None:
    request.http_request.headers[PASS] = gate.password
