"""Calls of custom workers on other servers, told to whoever records exchanges: this server does not see them itself."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from probes import names, parties
from probes.exchanges import KEPT, Told, teller


class Sighting:
    """One call, from now on; told once it was answered, or failed."""

    def __init__(self, url: str, headers: Mapping[str, str], request: Mapping[str, Any]) -> None:
        self._url, self._headers, self._request = url, headers, request
        self._started = time.time()

    def answered(self, answer: httpx.Response) -> None:
        self._tell(answer, "")

    def failed(self, err: Exception) -> None:
        self._tell(None, str(err) or type(err).__name__)

    def _tell(self, answer: httpx.Response | None, error: str) -> None:
        if teller.listener is None or parties.is_here(self._url):
            return
        ended = time.time()
        body = orjson.dumps(self._request, default=str)
        content = answer.content if answer else b""
        first = self._started + answer.elapsed.total_seconds() if answer else None
        teller.tell(
            Told(
                party=names.COMPUTE,
                to=names.CUSTOM_WORKER,
                method="POST",
                url=self._url,
                started=self._started,
                ended=ended,
                first_byte=min(first, ended) if first else None,
                status=answer.status_code if answer else None,
                error=error,
                request_headers={**self._headers, "content-type": "application/json"},
                request_body=body[: 16 * KEPT],
                response_headers=dict(answer.headers) if answer else {},
                response_body=content[:KEPT],
                sizes=(len(body), len(content)),
            )
        )
