"""Sources come down and renditions go up by signed URLs, as Adobe's worker SDK moves them (@adobe/httptransfer)."""

import binascii
import http.client
import io
import os
from base64 import b64decode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from compute.activation import SourceRef
from compute.connections import BLOCK, Body, Connections, HttpFailure, Response, redacted
from compute.errors import GenericError, RenditionTooLarge, SourceCorrupt, SourceUnsupported

PART = 100 * 1024 * 1024
PARALLEL_PARTS = 4
AT_ONCE = 4 * 1024 * 1024  # bytes that are handed to the socket in one call
Progress = Callable[[], None]


@dataclass(frozen=True)
class Downloaded:
    """A source on the local disk; `mimetype` and `name` as declared by the caller or else the server."""

    path: Path
    size: int
    mimetype: str | None
    name: str


class Payload(Protocol):
    """What is uploaded: its size in bytes, and any range of it."""

    @property
    def size(self) -> int: ...

    def part(self, start: int, length: int, progress: Progress) -> Body:
        """`progress` is called while it is sent."""
        ...


@dataclass(frozen=True)
class BytesPayload:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def part(self, start: int, length: int, progress: Progress) -> Body:
        if length > AT_ONCE:
            return lambda: _Window(io.BytesIO(self.content), start, length, progress)
        return self.content[start : start + length]


@dataclass(frozen=True)
class FilePayload:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def part(self, start: int, length: int, progress: Progress) -> Body:
        return lambda: _Window(self.path.open("rb"), start, length, progress)


class _Window(io.RawIOBase):
    """A range of a file, read once."""

    def __init__(self, file: BinaryIO, start: int, length: int, progress: Progress) -> None:
        self._file = file
        self._file.seek(start)
        self._left = length
        self._progress = progress

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        self._progress()
        return chunk

    def close(self) -> None:
        self._file.close()
        super().close()


class Transfer:
    """Downloads and uploads of one process, on shared connections."""

    def __init__(self, connections: Connections, max_source_bytes: int) -> None:
        self._connections = connections
        self._max_source_bytes = max_source_bytes

    # --- down ------------------------------------------------------------------------------------------------------

    def download(self, source: SourceRef, path: Path, progress: Progress) -> Downloaded:
        """Bring the source to `path`.

        Raises SourceCorrupt for an empty one, SourceUnsupported over the limit of bytes, GenericError for a URL that
        can't be read.
        """
        if source.url.startswith("data:"):
            mimetype, content = parse_data_uri(source.url)
            self._check_size(len(content))
            path.write_bytes(content)
            return Downloaded(path, len(content), source.mimetype or mimetype, source.name or "file")
        head = self._head(source)
        self._check_size(head.size)
        size = self._get(source, path, head, progress)
        name = source.name or unquote(urlsplit(source.url).path.rpartition("/")[2]) or "file"
        return Downloaded(path, size, source.mimetype or head.mimetype, name)

    def fetch(self, url: str, limit: int) -> bytes:
        """A small thing named by an instruction (a watermark), at most `limit` bytes."""
        if url.startswith("data:"):
            return parse_data_uri(url)[1]
        return self._connections.fetch("GET", url, lambda response: _read_all(response, limit), _IDENTITY)

    def save(self, url: str, path: Path, progress: Progress) -> int:
        """A member of an archive, to a file; its size."""
        if url.startswith("data:"):
            return path.write_bytes(parse_data_uri(url)[1])
        return self._get(SourceRef(url), path, _Head(None, None, False), progress)

    def _head(self, source: SourceRef) -> "_Head":
        """What the server says of the source; nothing is asked when the caller has said it all."""
        if source.mimetype and source.size is not None:
            return _Head(source.size, source.mimetype, ranges=source.size > PART)
        try:
            head = self._connections.fetch("HEAD", source.url, _Head.of, {**_IDENTITY, **source.headers})
        except HttpFailure as err:
            if err.status not in {403, 405, 501}:
                raise
            # A URL signed for GET alone (Amazon's): one byte tells the length as well.
            head = self._connections.fetch(
                "GET", source.url, _Head.of, {**_IDENTITY, **source.headers, "range": "bytes=0-0"}
            )
        return head if source.size is None else _Head(source.size, head.mimetype, head.ranges)

    def _get(self, source: SourceRef, path: Path, head: "_Head", progress: Progress) -> int:
        if head.ranges and head.size is not None and head.size > PART:
            return self._get_parts(source, path, head.size, progress)

        def read(response: Response) -> int:
            with path.open("wb") as file:
                return self._copy(response, file, response.length, progress)

        return self._connections.fetch("GET", source.url, read, {**_IDENTITY, **source.headers})

    def _get_parts(self, source: SourceRef, path: Path, size: int, progress: Progress) -> int:
        path.touch()
        os.truncate(path, size)
        starts = range(0, size, PART)
        with ThreadPoolExecutor(PARALLEL_PARTS) as threads:
            list(
                threads.map(
                    lambda start: self._get_part(source, path, start, min(size, start + PART), progress), starts
                )
            )
        return size

    def _get_part(self, source: SourceRef, path: Path, start: int, end: int, progress: Progress) -> None:
        def read(response: Response) -> int:
            if response.status != 206:
                raise GenericError(f"GET '{redacted(source.url)}': the server did not answer with the range asked for")
            with path.open("r+b") as file:
                file.seek(start)
                return self._copy(response, file, end - start, progress)

        headers = {**_IDENTITY, **source.headers, "range": f"bytes={start}-{end - 1}"}
        self._connections.fetch("GET", source.url, read, headers)

    def _copy(self, response: Response, file: BinaryIO, expected: int | None, progress: Progress) -> int:
        size = 0
        while chunk := response.stream.read(BLOCK):
            size += len(chunk)
            self._check_limit(size)
            file.write(chunk)
            progress()
        if expected is not None and size != expected:
            raise http.client.IncompleteRead(b"", expected - size)
        return size

    def _check_size(self, size: int | None) -> None:
        if size == 0:
            raise SourceCorrupt("the source is empty (0 bytes)")
        if size is not None:
            self._check_limit(size)

    def _check_limit(self, size: int) -> None:
        if size > self._max_source_bytes:
            raise SourceUnsupported(f"the source is larger than the limit of {self._max_source_bytes} bytes")

    # --- up --------------------------------------------------------------------------------------------------------

    def upload(
        self, target: Any, payload: Payload, content_type: str, file_name: str, progress: Progress = lambda: None
    ) -> None:
        """PUT the rendition to its target: one URL, or `{urls, maxPartSize}` for blocks that somebody else commits.

        Raises RenditionTooLarge when the target has no room or answers 413, GenericError otherwise.
        """
        size = payload.size
        if size == 0:
            raise GenericError("Empty file")
        urls, part_size, headers = _plan(target, size, file_name)
        headers = {**headers, "content-type": content_type}
        starts = list(range(0, size, part_size))
        try:
            if len(starts) == 1:
                self._put(urls[0], payload.part(0, size, progress), size, headers)
                return
            with ThreadPoolExecutor(PARALLEL_PARTS) as threads:
                jobs = [
                    threads.submit(
                        self._put, url, payload.part(start, n := min(part_size, size - start), progress), n, headers
                    )
                    for url, start in zip(urls, starts, strict=False)
                ]
                for job in jobs:
                    job.result()
        except HttpFailure as err:
            if err.status == 413:
                raise _too_large(size, file_name) from err
            raise

    def _put(self, url: str, body: Body, length: int, headers: Mapping[str, str]) -> None:
        self._connections.fetch(
            "PUT", url, lambda response: None, {**headers, **_azure(url), "content-length": str(length)}, body
        )


@dataclass(frozen=True)
class _Head:
    size: int | None
    mimetype: str | None
    ranges: bool

    @classmethod
    def of(cls, response: Response) -> "_Head":
        mimetype = response.headers.get("content-type", "").split(";")[0].strip().lower() or None
        total = response.headers.get("content-range", "").rpartition("/")[2]
        size = int(total) if total.isdigit() else response.length if response.status != 206 else None
        return cls(size, mimetype, response.status == 206 or response.headers.get("accept-ranges") == "bytes")


_IDENTITY = {"accept-encoding": "identity"}


def parse_data_uri(uri: str) -> tuple[str | None, bytes]:
    """MIME type without parameters, and the content. Raises SourceCorrupt for a broken one."""
    head, comma, data = uri.partition(",")
    if not comma:
        raise SourceCorrupt("the data: URI has no data")
    mimetype = head.removeprefix("data:").split(";")[0].strip().lower() or None
    if not head.rstrip().endswith(";base64"):
        return mimetype, unquote_to_bytes(data)
    try:
        return mimetype, b64decode(unquote_to_bytes(data) + b"==")
    except binascii.Error as err:
        raise SourceCorrupt(f"the data: URI is not valid base64: {err}") from err


def _plan(target: Any, size: int, file_name: str) -> tuple[list[str], int, dict[str, str]]:
    """URLs, part size and extra headers. Parts are as large as allowed: as Adobe's SDK, `minPartSize` is ignored."""
    if isinstance(target, str):
        return [target], size, {}
    if not isinstance(target, dict) or not isinstance(target.get("urls"), list) or not target["urls"]:
        raise GenericError("the rendition has no usable target: a URL or {urls, minPartSize, maxPartSize}")
    urls = target["urls"]
    try:
        largest = int(target.get("maxPartSize") or size)
    except (TypeError, ValueError) as err:
        raise GenericError(f"target.maxPartSize is no number: {target['maxPartSize']!r}") from err
    if largest <= 0:
        raise GenericError(f"target.maxPartSize is not positive: {largest}")
    part_size = min(max(PART, -(-size // len(urls))), largest)
    if part_size * len(urls) < size:
        raise _too_large(size, file_name)
    return urls, part_size, target.get("multipartHeaders") or {}


def _too_large(size: int, file_name: str) -> RenditionTooLarge:
    return RenditionTooLarge(f"rendition size of {size} for {file_name} is too large")


def _azure(url: str) -> dict[str, str]:
    """Azure refuses the PUT of a whole blob without its type; a block has none."""
    parameters = {entry.partition("=")[0] for entry in urlsplit(url).query.split("&")}
    return {"x-ms-blob-type": "BlockBlob"} if {"sv", "sig"} <= parameters and "blockid" not in parameters else {}


def _read_all(response: Response, limit: int) -> bytes:
    content = response.stream.read(limit + 1)
    if len(content) > limit:
        raise GenericError(f"'{redacted(response.url)}' is larger than {limit} bytes")
    if response.length is not None and len(content) != response.length:
        raise http.client.IncompleteRead(content, response.length - len(content))
    return content
