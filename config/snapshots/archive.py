"""The file format. Pure: bytes in, bytes out.

    manifest.json                 what made it, and when
    rows/<table>/<number>.jsonl   one row a line, columns by name
    secrets/<name>
    blobs/<number>                its container, name and type are in the PAX header
    checksums.json                SHA-256 of every entry before it; the last one, so a truncated file has none

Entries are never unpacked under their names: a reader of this module gets their bytes only.
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from config.snapshots.errors import Damaged, OtherVersion

FORMAT = "aemulator-snapshot"
VERSION = 1
CHUNK = 1024 * 1024
CHECKSUMS = "checksums.json"
MANIFEST = "manifest.json"
MAX_DOCUMENT = 256 * 1024 * 1024  # bytes of manifest.json and checksums.json
_NAMES = re.compile(r"manifest\.json|rows/[a-z0-9_]+/\d+\.jsonl|secrets/[a-z0-9.-]+|blobs/\d+|checksums\.json")
_PREFIX = "AEMULATOR."
_BLOCK = 512


@dataclass(frozen=True)
class Entry:
    """`facts` are texts that go into its header."""

    name: str
    size: int
    chunks: Iterable[bytes]
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An entry of an archive that was read; `at` is where its bytes begin in the file."""

    name: str
    at: int
    size: int
    facts: dict[str, str]


def written(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The archive, piece by piece; Damaged when an entry has not the size that it announced."""
    sums: dict[str, str] = {}
    for entry in entries:
        digest = hashlib.sha256()
        yield _header(entry)
        size = 0
        for chunk in entry.chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk
        if size != entry.size:
            raise Damaged(f"{entry.name} has {size} bytes instead of {entry.size}")
        yield _padding(size)
        sums[entry.name] = digest.hexdigest()
    content = json.dumps(sums).encode()
    yield _header(Entry(CHECKSUMS, len(content), ())) + content + _padding(len(content)) + bytes(2 * _BLOCK)


def checked(file: IO[bytes]) -> tuple[dict[str, Any], list[Found]]:
    """The manifest and the entries of an archive that is whole. Damaged, OtherVersion."""
    found, sums = _scanned(file)
    if not found or found[-1].name != CHECKSUMS:
        raise Damaged("the snapshot is truncated: its checksums are missing")
    if found[0].name != MANIFEST or found[0].size > MAX_DOCUMENT or found[-1].size > MAX_DOCUMENT:
        raise Damaged("the file is not a snapshot of AEMulator")
    promised = _json(file, found[-1])
    del sums[CHECKSUMS]
    if promised != sums:
        wrong = sorted(name for name in {*promised, *sums} if promised.get(name) != sums.get(name))
        raise Damaged(f"the snapshot is damaged: {wrong[0]} does not have the checksum that it should have")
    return _manifest(file, found[0]), found[1:-1]


def content(file: IO[bytes], entry: Found) -> Iterator[bytes]:
    """The bytes of an entry, at most CHUNK at a time."""
    file.seek(entry.at)
    rest = entry.size
    while rest:
        chunk = file.read(min(CHUNK, rest))
        if not chunk:
            raise Damaged("the snapshot is truncated")
        rest -= len(chunk)
        yield chunk


def lines(file: IO[bytes], entry: Found) -> Iterator[Any]:
    """The rows of an entry, which is small enough to be read whole."""
    for line in b"".join(content(file, entry)).splitlines():
        try:
            yield json.loads(line)
        except ValueError as err:
            raise Damaged(f"{entry.name} has a line that is not JSON") from err


def _scanned(file: IO[bytes]) -> tuple[list[Found], dict[str, str]]:
    found: list[Found] = []
    sums: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            members = [(member, member.offset_data) for member in tar]
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as err:
        raise Damaged(f"the file is not a snapshot of AEMulator, or is truncated: {err}") from err
    for member, at in members:
        if not member.isreg() or not _NAMES.fullmatch(member.name) or member.name in sums or member.size < 0:
            raise Damaged(f"the file has an entry that no snapshot has: {member.name}")
        facts = {name.removeprefix(_PREFIX): text for name, text in member.pax_headers.items()}
        entry = Found(member.name, at, member.size, facts)
        digest = hashlib.sha256()
        for chunk in content(file, entry):
            digest.update(chunk)
        sums[entry.name] = digest.hexdigest()
        found.append(entry)
    return found, sums


def _manifest(file: IO[bytes], entry: Found) -> dict[str, Any]:
    manifest = _json(file, entry)
    if manifest.get("format") != FORMAT:
        raise Damaged("the file is not a snapshot of AEMulator")
    if manifest.get("version") != VERSION:
        raise OtherVersion(f"the snapshot has the format {manifest.get('version')}; this version reads {VERSION}")
    return manifest


def _json(file: IO[bytes], entry: Found) -> dict[str, Any]:
    try:
        found = json.loads(b"".join(content(file, entry)))
    except ValueError as err:
        raise Damaged(f"{entry.name} is not JSON") from err
    if not isinstance(found, dict):
        raise Damaged(f"{entry.name} is not a JSON object")
    return found


def _header(entry: Entry) -> bytes:
    info = tarfile.TarInfo(entry.name)
    info.size, info.mode = entry.size, 0o600
    info.pax_headers = {f"{_PREFIX}{name}": text for name, text in entry.facts.items()}
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
