"""The part of the OpenWhisk REST API that clients use: actions, invocation, activations with their result and logs."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response

from contract import jsontext
from dbthreads import in_db
from runtime import actions, activations, gateway, lifecycle, service_activations, uploads, wire
from runtime.actions import DEFAULT_PACKAGE, Deployed
from runtime.activations import Filter, Line, State, Summary
from runtime.errors import BadRequest, NotFound
from runtime.gateway import json_response
from runtime.node_process import request_id_of
from runtime.web_request import NOT_ALLOWED

BLOCKING_FOR: Final = 60.0  # seconds; a caller may ask for less
MAX_LISTED: Final = 200
DEFAULT_LISTED: Final = 30


async def namespaces(request: Request) -> Response:
    gateway.check_key(request)
    known = await in_db(actions.namespaces)
    return json_response(sorted({settings.RUNTIME_NAMESPACE, *known}))


async def list_actions(request: Request) -> Response:
    gateway.check_key(request)
    package = request.path_params.get("package")
    found = await in_db(actions.every, called_namespace(request))
    if package is not None:
        found = [action for action in found if action.spec.package == package]
    skip, limit = window(request)
    return json_response([wire.action(action) for action in found[skip : skip + limit]])


async def get_action(request: Request) -> Response:
    gateway.check_key(request)
    action = await _action(request)
    wanted = request.query_params.get("code") != "false"
    code, is_binary = await asyncio.to_thread(uploads.code_of, action.spec) if wanted else ("", False)
    return json_response(wire.action(action, code, is_binary))


async def invoke(request: Request) -> Response:
    gateway.check_key(request)
    action = await _action(request, actions.to_run)
    params = await _params(request)
    fixed = action.spec.inputs.keys() & params.keys() if action.spec.annotations.get("final") else ()
    if fixed:
        raise BadRequest(NOT_ALLOWED)
    request_id = request_id_of(params) or request.headers.get("x-request-id", "")
    activation_id, task = await lifecycle.invoker().invoke(action, params, request_id=request_id)
    headers = {"x-openwhisk-activation-id": activation_id}
    if not is_set(request, "blocking"):
        return json_response({"activationId": activation_id}, 202, headers)
    try:
        outcome = await lifecycle.invoker().outcome(task, _patience(request))
    except TimeoutError:
        return json_response({"activationId": activation_id}, 202, headers)
    status = 200 if outcome.is_success else 500 if outcome.state == State.INTERNAL_ERROR else 502
    if is_set(request, "result"):
        return json_response(outcome.result, status, headers)
    summary = await in_db(activations.get, activation_id)
    lines = await in_db(activations.logs, activation_id)
    assert summary
    return json_response(wire.activation(summary, lines), status, headers)


async def list_activations(request: Request) -> Response:
    gateway.check_key(request)
    package, _, name = request.query_params.get("name", "").rpartition("/")
    request_id = request.query_params.get("requestId", "")  # ours: those that run are among them
    wanted = Filter(
        namespace=called_namespace(request),
        package=package,
        name=name,
        since=_moment(request, "since"),
        upto=_moment(request, "upto"),
        request_id=request_id,
        only_ended=not request_id,
    )
    if is_set(request, "count"):
        return json_response({"activations": await in_db(activations.count, wanted)})
    found = await in_db(activations.recent, wanted, *window(request))
    if is_set(request, "docs"):
        return json_response([wire.activation(summary, []) for summary in found])
    return json_response([wire.listed_activation(summary) for summary in found])


async def get_activation(request: Request) -> Response:
    gateway.check_key(request)
    found = await _ended(request)
    return json_response(wire.activation(found.summary, await _lines(found)))


async def get_result(request: Request) -> Response:
    gateway.check_key(request)
    summary = (await _ended(request)).summary
    return json_response(wire.response(summary.state, summary.result))


async def get_logs(request: Request) -> Response:
    """Also while the activation runs, which Runtime itself does not show."""
    gateway.check_key(request)
    return json_response({"logs": wire.log_lines(await _lines(await _activation(request)))})


class NotEnded(NotFound):
    """As Runtime has it, an activation is there once it has ended."""


@dataclass(frozen=True)
class _Found:
    """`lines`: of one that is not an action's; None: they are in the database."""

    summary: Summary
    lines: Sequence[Line] | None = None


async def _ended(request: Request) -> _Found:
    found = await _activation(request)
    if not found.summary.is_over:
        raise NotEnded(f"The requested resource does not exist: the activation is {found.summary.state}.")
    return found


async def _activation(request: Request) -> _Found:
    activation_id, namespace = request.path_params["activation"], called_namespace(request)
    summary = await in_db(activations.get, activation_id)
    if summary is not None and summary.namespace == namespace:
        return _Found(summary)
    if summary is None and namespace == settings.RUNTIME_NAMESPACE:
        own = await service_activations.find(activation_id)
        if own is not None:
            return _Found(own.summary, own.lines)
    raise NotFound


async def _lines(found: _Found) -> Sequence[Line]:
    return await in_db(activations.logs, found.summary.activation_id) if found.lines is None else found.lines


async def _action(request: Request, search: Callable[[str, str, str], Deployed | None] = actions.find) -> Deployed:
    package = request.path_params.get("package", DEFAULT_PACKAGE)
    found = await in_db(search, called_namespace(request), package, request.path_params["action"])
    if found is None:
        raise NotFound
    return found


def called_namespace(request: Request) -> str:
    """`_` is the namespace of the key."""
    named = str(request.path_params["namespace"])
    return settings.RUNTIME_NAMESPACE if named == "_" else named


async def _params(request: Request) -> dict[str, Any]:
    content = await gateway.body(request)
    if not content.strip():
        return {}
    try:
        params = jsontext.loads(content)
    except ValueError as err:
        raise BadRequest("The request content was malformed: it is not JSON.") from err
    if not isinstance(params, dict):
        raise BadRequest("The request content was malformed: parameters are a JSON object.")
    return params


def _patience(request: Request) -> float:
    milliseconds = _number(request, "timeout", int(BLOCKING_FOR * 1000), range(1, int(BLOCKING_FOR * 1000) + 1))
    return milliseconds / 1000


def window(request: Request) -> tuple[int, int]:
    limit = _number(request, "limit", DEFAULT_LISTED, range(MAX_LISTED + 1))
    return _number(request, "skip", 0, range(2**31)), limit or MAX_LISTED


def _moment(request: Request, name: str) -> float | None:
    if name not in request.query_params:
        return None
    return _number(request, name, 0, range(2**53)) / 1000


def _number(request: Request, name: str, default: int, allowed: range) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) not in allowed:
        raise BadRequest(f"The value of {name} is a number from {allowed.start} to {allowed.stop - 1}.")
    return int(text)


def is_set(request: Request, name: str) -> bool:
    return request.query_params.get(name, "").lower() == "true"
