"""Activations of the Asset Compute service itself: clients ask Runtime for them, so Runtime asks the service."""

import logging
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from django.conf import settings

from probes import names, parties
from runtime.activations import Line, State, Summary

PATIENCE: Final = 5.0  # seconds
PACKAGE, NAME = "asset-compute", "core"
_ACTION: Final = {"kind": "blackbox", "timeout": 3_600_000, "memory": 256, "version": 1}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    summary: Summary
    lines: tuple[Line, ...]


async def find(activation_id: str) -> Found | None:
    """None for one that the service does not know, or when it is another service than AEMulator's."""
    url = f"{settings.ASSET_COMPUTE_URL}/_aemulator/activations/{quote(activation_id, safe='')}"
    user, _, password = settings.RUNTIME_AUTH.partition(":")
    headers = parties.introduced(names.CUSTOM_WORKER, url, purpose="read")
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=not parties.is_here(url)) as client:
            answer = await client.get(url, auth=(user, password), headers=headers)
        return None if answer.status_code == httpx.codes.NOT_FOUND else _read(answer.raise_for_status().json())
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as err:
        log.info("Asset Compute does not say what became of %s: %s", activation_id, err)
        return None


def _read(told: dict[str, Any]) -> Found:
    ended = told["ended"]
    summary = Summary(
        activation_id=str(told["activationId"]),
        namespace=settings.RUNTIME_NAMESPACE,
        package=PACKAGE,
        name=NAME,
        state=State.RUNNING if ended is None else State.SUCCESS,
        is_web=False,
        request_id=str(told["requestId"]),
        accepted_at=float(told["accepted"]),
        started_at=float(told["accepted"]),
        ended_at=None if ended is None else float(ended),
        init=None,
        timed_out=False,
        action=_ACTION,
        result=told["result"],
    )
    lines = enumerate(sorted(told["lines"], key=lambda line: float(line["at"])))
    return Found(summary, tuple(Line(n, float(one["at"]), str(one["stream"]), str(one["text"])) for n, one in lines))
