"""What the Asset Compute service does: register, unregister, accept. Everything else happens afterwards."""

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from compute import activations, clients
from compute.activations import CORE, NewActivation
from compute.gateway import Caller
from compute.refusals import InvalidRequest, NotRegistered
from contract import jsontext
from contract.process import ONE_URL, PARTS, ProcessRequest


@dataclass(frozen=True)
class Accepted:
    """An accepted `/process` call; `invocations`: ids by worker URL, empty when the call joins an earlier one."""

    activation_id: str
    invocations: dict[str, int] = field(default_factory=dict)


def accept(caller: Caller, request_id: str, body: bytes) -> Accepted:
    """Check a request and write its activation. It is on disk when this returns; nothing has been started.

    The same request under the same id, sent again while the first is being worked on (its sender did not see the
    answer), joins the first one.
    """
    new = _new_activation(caller, request_id, body)
    with transaction.atomic():
        if not clients.is_registered(caller.org_id, caller.client_id):
            raise NotRegistered("this client is not registered: call /register first")
        twin = activations.unfinished_twin(new.client_id, request_id, new.body_hash)
        return Accepted(twin) if twin else Accepted(new.activation_id, activations.create(new))


def _new_activation(caller: Caller, request_id: str, body: bytes) -> NewActivation:
    content = _parsed(body)
    return NewActivation(
        activation_id=uuid.uuid4().hex,
        request_id=request_id,
        org_id=caller.org_id,
        client_id=caller.client_id,
        access_token=caller.token,
        source=content.get("source"),
        user_data=content.get("userData"),
        body_hash=hashlib.sha256(body).hexdigest(),
        renditions=tuple((entry.get("worker") or CORE, entry) for entry in content["renditions"] if entry is not None),
    )


def _parsed(body: bytes) -> dict[str, Any]:
    """The request as it came, checked."""
    try:
        content = jsontext.loads(body)
    except ValueError as err:
        raise InvalidRequest(f"the body is not JSON: {err}") from err
    if not isinstance(content, dict):
        raise InvalidRequest("the body must be a JSON object")
    try:
        ProcessRequest.model_validate(content)
    except ValidationError as err:
        raise InvalidRequest(_words(err)) from err
    return content


def _words(err: ValidationError) -> str:
    """The first thing that is wrong, as `renditions[0].target: must be …`."""
    first = err.errors(include_url=False)[0]
    parts = [part for part in first["loc"] if part not in {ONE_URL, PARTS}]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return f"{path}: {_WORDS.get(first['type']) or first['msg'].removeprefix('Value error, ')}"


_WORDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "dict_type": "must be an object",
}
