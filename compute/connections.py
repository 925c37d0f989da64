"""HTTP from a core worker: kept-alive connections, redirects for reads, retries with backoff.

`http.client` rather than a client library: six uploads and a download for each asset make this a hot path, and a
request costs a fifth of the processor time here.
"""

import errno
import http.client
import io
import random
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from compute.errors import GenericError
from probes import names

CONNECT_AND_READ_SECONDS = 30.0
BLOCK = 256 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_RETRIED = {408, 429}
_BROKEN = (OSError, http.client.HTTPException)
_HOPELESS = (ssl.SSLCertVerificationError, socket.gaierror, http.client.InvalidURL)
_LOCAL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
"""Of a file that is written here: sending again helps as little."""
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"

Body = bytes | Callable[[], io.RawIOBase]
Read = TypeVar("Read")


class HttpFailure(GenericError):
    """An answer that is no success. `str()` names method, URL without its signature, status and the body's text."""

    def __init__(self, method: str, url: str, status: int, text: str) -> None:
        super().__init__(f"{method} '{redacted(url)}' failed with status {status}: {text}".rstrip(": "))
        self.status = status


def _is_hopeless(err: Exception) -> bool:
    return isinstance(err, _HOPELESS) or (isinstance(err, OSError) and err.errno in _LOCAL)


def redacted(url: str) -> str:
    """The URL without its query, which carries the signature; a data: URI without its data."""
    if url.startswith("data:"):
        return url[:64].split(",", 1)[0] + ",…"
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


@dataclass(frozen=True)
class Response:
    """Status and lower-case headers; the body is read from `stream` before the exchange ends."""

    url: str
    status: int
    headers: Mapping[str, str]
    stream: BinaryIO

    @property
    def length(self) -> int | None:
        value = self.headers.get("content-length", "")
        return int(value) if value.isdigit() else None


@dataclass
class _Sighting:
    """What is told of an exchange: all but the bodies."""

    method: str
    url: str
    headers: Mapping[str, str]
    started: float
    first_byte: float | None = None
    response: Response | None = None
    error: str = ""

    def answered(self, response: Response) -> None:
        self.first_byte, self.response = time.time(), response

    def fields(self, activation: str) -> dict[str, Any]:
        sent = self.headers.get("content-length", "0")
        received = self.response.length or 0 if self.response and self.method != "HEAD" else 0
        return {
            "party": names.CORE_WORKER,
            "to": names.BLOBSTORE,
            "method": self.method,
            "url": self.url,
            "started": self.started,
            "ended": time.time(),
            "first_byte": self.first_byte,
            "status": self.response.status if self.response else None,
            "error": self.error,
            "request_headers": dict(self.headers),
            "response_headers": dict(self.response.headers) if self.response else {},
            "sizes": (int(sent), received),
            "facts": {"activation": activation},
        }


class Connections:
    """A pool of kept-alive connections; any number of threads may use it."""

    def __init__(
        self, ca_file: str | None = None, retry_seconds: float = 60.0, beat: Callable[[], None] = lambda: None
    ) -> None:
        """`beat` is called whenever an attempt begins: a sign of life during long series of retries."""
        self.here: frozenset[str] = frozenset()
        """`host:port` of our own server: there, requests say that a core worker asks, and for which `activation`."""
        self.activation = ""
        self.moved: Mapping[str, str] = {}
        """Host names, and the URL that is meant by each of them."""
        self.tell: Callable[[dict[str, Any]], None] | None = None
        """Hears of exchanges with any other server; the fields of `probes.exchanges.Told`."""
        self._ca_file = ca_file
        self._beat = beat
        self._retry_seconds = retry_seconds
        self._idle: dict[tuple[str, str], list[http.client.HTTPConnection]] = defaultdict(list)
        self._lock = Lock()
        self._tls: ssl.SSLContext | None = None

    def close(self) -> None:
        with self._lock:
            for connections in self._idle.values():
                for connection in connections:
                    connection.close()
            self._idle.clear()

    def fetch(
        self,
        method: str,
        url: str,
        read: Callable[[Response], Read],
        headers: Mapping[str, str] | None = None,
        body: Body = b"",
    ) -> Read:
        """One exchange; `read` takes the successful response and may be called again after a broken attempt.

        Raises HttpFailure for an answer outside 2xx, GenericError when the host can't be reached or breaks off. A 5xx,
        408 or 429 and a broken connection are tried again with growing pauses until `retry_seconds` are over.
        """
        give_up = time.monotonic() + self._retry_seconds
        pause = 0.1
        while True:
            try:
                return self._attempt(method, url, read, headers or {}, body)
            except HttpFailure as err:
                if (err.status < 500 and err.status not in _RETRIED) or time.monotonic() + pause > give_up:
                    raise
            except _BROKEN as err:
                if _is_hopeless(err) or time.monotonic() + pause > give_up:
                    raise GenericError(f"{method} '{redacted(url)}' failed: {_cause(err)}") from err
            time.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(pause * 2, 5.0)

    def _attempt(
        self, method: str, url: str, read: Callable[[Response], Read], headers: Mapping[str, str], body: Body
    ) -> Read:
        self._beat()
        for _ in range(6):
            with self._exchange(method, url, headers, body) as response:
                target = response.headers.get("location")
                if response.status not in _REDIRECTS or not target or method == "PUT":
                    if not 200 <= response.status < 300:
                        raise HttpFailure(method, url, response.status, _text(response))
                    return read(response)
            url = urljoin(url, target)
        raise GenericError(f"{method} '{redacted(url)}' failed: too many redirects")

    @contextmanager
    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Iterator[Response]:
        parts = _checked(self._moved(url))
        if parts.netloc in self.here:
            headers = {**headers, names.HEADER: names.header(names.CORE_WORKER, activation=self.activation)}
            with self._asked(parts, method, url, headers, body) as response:
                yield response
        else:
            with self._told(method, url, headers) as seen, self._asked(parts, method, url, headers, body) as response:
                seen.answered(response)
                yield response

    def _moved(self, url: str) -> str:
        for host, base in self.moved.items():
            for scheme in ("https", "http"):
                if url.lower().startswith(f"{scheme}://{host}/"):
                    return base + url[len(f"{scheme}://{host}") :]
        return url

    @contextmanager
    def _told(self, method: str, url: str, headers: Mapping[str, str]) -> Iterator["_Sighting"]:
        seen = _Sighting(method, url, headers, time.time())
        try:
            yield seen
        except BaseException as err:
            seen.error = "" if isinstance(err, HttpFailure) else _cause(err)
            raise
        finally:
            if self.tell:
                self.tell(seen.fields(self.activation))

    @contextmanager
    def _asked(
        self, parts: SplitResult, method: str, url: str, headers: Mapping[str, str], body: Body
    ) -> Iterator[Response]:
        connection, answer = self._send(parts, method, headers, body)
        reusable = False
        try:
            yield Response(url, answer.status, {k.lower(): v for k, v in answer.getheaders()}, cast(BinaryIO, answer))
            answer.read(BLOCK)  # a small rest; a body that nobody wanted is cheaper to drop with the connection
            reusable = answer.isclosed() and not answer.will_close
        finally:
            if reusable:
                with self._lock:
                    self._idle[parts.scheme, parts.netloc].append(connection)
            else:
                connection.close()

    def _send(
        self, parts: SplitResult, method: str, headers: Mapping[str, str], body: Body
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Ask on an idle connection; when the server has closed it meanwhile, ask again on a new one."""
        while True:
            kept = self._take(parts)
            connection = kept or self._connect(parts)
            try:
                try:
                    _request(connection, parts, method, headers, body)
                except (BrokenPipeError, ConnectionResetError):
                    # A server that refuses a body may answer and close before it has read all of it.
                    if kept is not None:
                        raise
                return connection, connection.getresponse()
            except BaseException as err:
                connection.close()
                if kept is None or not isinstance(err, _BROKEN) or isinstance(err, TimeoutError):
                    raise

    def _take(self, parts: SplitResult) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle[parts.scheme, parts.netloc]
            return idle.pop() if idle else None

    def _connect(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=CONNECT_AND_READ_SECONDS, blocksize=BLOCK)
        return http.client.HTTPSConnection(
            host, parts.port, timeout=CONNECT_AND_READ_SECONDS, blocksize=BLOCK, context=self._tls_context()
        )

    def _tls_context(self) -> ssl.SSLContext:
        """The system's roots (SSL_CERT_FILE is honoured) and the local CA, which is read when first needed."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
            if self._ca_file:
                self._tls.load_verify_locations(self._ca_file)
        return self._tls


def _request(
    connection: http.client.HTTPConnection, parts: SplitResult, method: str, headers: Mapping[str, str], body: Body
) -> None:
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_URL_CHARACTERS)
    payload = body if isinstance(body, bytes) else body()
    connection.request(method, path, body=payload if method == "PUT" else None, headers=dict(headers))


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        _ = parts.port  # read for its ValueError
    except ValueError as err:
        raise GenericError(f"not a valid URL: {url[:200]!r}") from err
    if parts.scheme not in {"http", "https"} or not host:
        raise GenericError(f"not a http(s) URL: '{redacted(url)}'")
    return parts


def _text(response: Response) -> str:
    """The start of an error's body in one line."""
    return " ".join(response.stream.read(2000).decode("utf-8", "replace").split())[:500]


def _cause(err: BaseException) -> str:
    return str(err) or type(err).__name__
