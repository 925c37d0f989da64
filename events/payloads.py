"""Bodies of publish requests, taken apart. Each function gives an `Incoming`, or raises BadRequest."""

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

from contract import jsontext
from contract.events import EVENT_CODE, provider_id
from events.errors import BadRequest
from events.expectations import Owed
from events.incoming import Incoming

MAX_ID = 255


def from_ingress(body: bytes, org_id: str, headers: Mapping[str, str]) -> Incoming:
    """The legacy ingress's body: `{user_guid, provider_id, event_code, event: <base64 JSON>}`."""
    fields = _object(body)
    event = _decoded(_text(fields, "event"))
    return Incoming(
        org_id=org_id,
        provider_id=_text(fields, "provider_id"),
        event_code=_text(fields, "event_code"),
        event=event,
        event_id=_event_id(headers),
        accepted_ms=_accepted_ms(headers),
        about=_about(event),
    )


def from_webhook(body: bytes, org_id: str, client_id: str) -> Incoming:
    """The webhook variant of multi-tenant workers: `{user_guid, event_code, event: <payload object>}`."""
    fields = _object(body)
    if not isinstance(fields.get("event"), dict):
        raise BadRequest("event must be an object")
    event = jsontext.dumps(fields["event"])
    code = fields.get("event_code", EVENT_CODE)
    if not isinstance(code, str):
        raise BadRequest("event_code must be a text")
    return Incoming(org_id, provider_id(org_id, client_id), code, event, about=_about(event))


def from_cloud_event(body: bytes, org_id: str, headers: Mapping[str, str]) -> Incoming:
    """A CloudEvent 1.0 in structured mode. `source` names the provider, `type` is the event code."""
    fields = _object(body)
    if fields.get("specversion") != "1.0":
        raise BadRequest("specversion must be 1.0")
    _text(fields, "id")
    source = _text(fields, "source").removeprefix("urn:uuid:")
    event = body.decode()
    return Incoming(org_id, source, _text(fields, "type"), event, event_id=_event_id(headers))


def owed(body: bytes) -> tuple[str, list[Owed]]:
    """What a worker owes: `{group, expected: [{id, requestId, rendition}]}`."""
    fields = _object(body)
    expected = fields.get("expected")
    if not isinstance(expected, list) or not all(isinstance(one, dict) for one in expected):
        raise BadRequest("expected must be a list of objects")
    return _text(fields, "group"), [_owed(one) for one in expected]


def _owed(fields: dict[str, Any]) -> Owed:
    if not isinstance(fields.get("rendition"), dict):
        raise BadRequest("rendition must be an object")
    return Owed(_text(fields, "id"), _text(fields, "requestId"), fields["rendition"])


def _object(body: bytes) -> dict[str, Any]:
    fields = _json(body)
    if not isinstance(fields, dict):
        raise BadRequest("the body must be a JSON object")
    return fields


def _json(text: bytes | str) -> Any:
    try:
        return jsontext.loads(text)
    except ValueError as err:
        raise BadRequest(f"not JSON: {err}") from err


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} must be a text that is not empty")
    return value


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as err:
        raise BadRequest("event must be base64 of UTF-8 JSON") from err


def _about(event: str) -> tuple[str, dict[str, Any]] | None:
    """requestId and instructions, when it is a rendition event."""
    fields = _json(event)
    if not isinstance(fields, dict):
        raise BadRequest("the event must be a JSON object")
    request_id, rendition = fields.get("requestId"), fields.get("rendition")
    if not isinstance(request_id, str):
        return None
    return request_id, rendition if isinstance(rendition, dict) else {}


def _event_id(headers: Mapping[str, str]) -> str | None:
    event_id = headers.get("x-event-id")
    if event_id and (len(event_id) > MAX_ID or not event_id.isprintable()):
        raise BadRequest(f"x-event-id must be at most {MAX_ID} printable characters")
    return event_id or None


def _accepted_ms(headers: Mapping[str, str]) -> int | None:
    text = headers.get("x-request-accepted-at")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError as err:
        raise BadRequest("x-request-accepted-at must be seconds since the epoch") from err
    if not math.isfinite(seconds) or seconds < 0:
        raise BadRequest("x-request-accepted-at must be seconds since the epoch")
    return int(seconds * 1000)
