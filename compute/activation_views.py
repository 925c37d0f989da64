"""`GET /_aemulator/activations/<id>`: an activation of the service's own, for I/O Runtime, which is asked for it.

Adobe's service runs in the Runtime itself, so its clients look there for what became of a job (wire contract, 4.6).
"""

import hmac
from base64 import b64encode
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from compute.pages import reading
from compute.pages.reading import Entry, Rendition
from contract import jsontext


@require_GET
def activation(request: HttpRequest, activation_id: str) -> HttpResponse:
    """With the key of the Runtime. 404 for one that is not known."""
    if not _has_key(request):
        refused = _json({"message": "The key of I/O Runtime is needed"}, HTTPStatus.UNAUTHORIZED)
        refused["WWW-Authenticate"] = "Basic"
        return refused
    found = reading.one(activation_id)
    if found is None:
        return _json({"message": "There is no such activation"}, HTTPStatus.NOT_FOUND)
    return _json(_told(found), HTTPStatus.OK)


def _has_key(request: HttpRequest) -> bool:
    expected = b"Basic " + b64encode(settings.RUNTIME_AUTH.encode())
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected)


def _told(entry: Entry) -> dict[str, Any]:
    """Times in seconds since the epoch. `result` is null until it is over; `lines` come as renditions end."""
    ended = entry.accepted_at + (entry.seconds or 0.0) if entry.is_over else None
    return {
        "activationId": entry.activation_id,
        "requestId": entry.request_id,
        "accepted": entry.accepted_at,
        "ended": ended,
        "result": _result(entry) if entry.is_over else None,
        "lines": [_line(entry, one) for one in entry.renditions if one.finished],
    }


def _result(entry: Entry) -> dict[str, Any]:
    """`activationIds`: who worked on it. What the core workers did is in the log of the activation itself."""
    own = [entry.activation_id] if any(not one.worker for one in entry.renditions) else []
    return {"ok": True, "requestId": entry.request_id, "activationIds": [*own, *entry.worker_activations]}


def _line(entry: Entry, one: Rendition) -> dict[str, Any]:
    by = f"{one.worker}: " if one.worker else ""
    if one.state == "failed":
        text = f"{by}{one.name} failed: {one.reason}: {one.message}"
    else:
        facts = one.metadata if isinstance(one.metadata, dict) else {}
        sizes = [f"{facts[key]} {unit}" for key, unit in (("repo:size", "bytes"), ("dc:format", "")) if facts.get(key)]
        text = f"{by}{one.name} created: {', '.join(map(str.strip, sizes))}"
    at = entry.accepted_at + (one.seconds or 0.0)
    return {"at": at, "stream": "stderr" if one.state == "failed" else "stdout", "text": text}


def _json(content: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    return HttpResponse(jsontext.dumps(content), status=status, content_type="application/json")
