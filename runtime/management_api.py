"""The part of the OpenWhisk REST API that deploys: actions with their code, packages, what a namespace has.

Also what Adobe's command line asks about the forwarding of logs: there is none, they are read here.
"""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from contract import jsontext
from dbthreads import in_db
from runtime import actions, deployment, gateway, live, packages, uploads, wire
from runtime.actions import DEFAULT_PACKAGE, Deployed
from runtime.errors import BadRequest, Conflict, NotFound
from runtime.gateway import json_response
from runtime.rest_api import called_namespace, is_set, window

MAX_CODE: Final = 64 * 1024 * 1024  # bytes; Runtime takes actions of 48 MB, in base64 here
_FORWARDED_TO: Final = "adobe_io_runtime"


async def put_action(request: Request) -> Response:
    gateway.check_key(request)
    namespace, package, name = _names(request)
    _check_namespace(namespace)
    content = await _object(request, MAX_CODE)
    old = await in_db(actions.find, namespace, package, name)
    _check_overwriting(request, old is not None)
    spec = await asyncio.to_thread(uploads.spec_of, package, name, content, old.spec if old else None)
    [made] = await in_db(actions.deploy, namespace, f"{package}/{name}", [spec])
    live.ring()
    return json_response(wire.action(made, ""))


async def delete_action(request: Request) -> Response:
    gateway.check_key(request)
    namespace, package, name = _names(request)
    found = await in_db(actions.find, namespace, package, name)
    if found is None:
        raise NotFound
    await in_db(actions.undeploy_named, namespace, package, name)
    live.ring()
    return json_response(wire.action(found, ""))


async def list_packages(request: Request) -> Response:
    gateway.check_key(request)
    found = await in_db(packages.every, called_namespace(request))
    skip, limit = window(request)
    return json_response([wire.package(package) for package in found[skip : skip + limit]])


async def get_package(request: Request) -> Response:
    gateway.check_key(request)
    found, inside = await _package(request)
    return json_response(wire.package(found, inside))


async def put_package(request: Request) -> Response:
    gateway.check_key(request)
    namespace, name = called_namespace(request), request.path_params["package"]
    _check_namespace(namespace)
    if name == DEFAULT_PACKAGE or not deployment.is_name(name):
        raise BadRequest(f"{name!r} cannot be the name of a package.")
    content = await _object(request, gateway.MAX_BODY)
    if content.get("binding"):
        raise BadRequest("Packages of others are not there, so none can be bound.")
    old = await in_db(packages.find, namespace, name)
    _check_overwriting(request, old is not None)
    parameters, annotations = (uploads.pairs(content, part) for part in ("parameters", "annotations"))
    if parameters is None:
        parameters = old.parameters if old else {}
    if annotations is None:
        annotations = old.annotations if old else {}
    return json_response(wire.package(await in_db(packages.put, namespace, name, parameters, annotations)))


async def delete_package(request: Request) -> Response:
    gateway.check_key(request)
    found, inside = await _package(request)
    if inside:
        raise Conflict(f"Package not empty (contains {len(inside)} entities).")
    await in_db(packages.remove, found.namespace, found.name)
    return json_response(wire.package(found))


async def get_namespace(request: Request) -> Response:
    gateway.check_key(request)
    namespace = called_namespace(request)
    deployed, made = await in_db(actions.every, namespace), await in_db(packages.every, namespace)
    return json_response(
        {
            "actions": [wire.action(action) for action in deployed],
            "packages": [wire.package(package) for package in made],
            "triggers": [],
            "rules": [],
        }
    )


async def nothing(request: Request) -> Response:
    """Triggers and rules: there are none."""
    gateway.check_key(request)
    return json_response([])


async def not_emulated(request: Request) -> Response:
    gateway.check_key(request)
    if request.method == "PUT":
        raise BadRequest("Triggers and rules are not emulated: invoke the action itself.")
    raise NotFound


async def log_forwarding(request: Request) -> Response:
    gateway.check_key(request)
    if request.method == "PUT" and list(await _object(request, gateway.MAX_BODY)) != [_FORWARDED_TO]:
        raise BadRequest("Logs are kept here; they are not forwarded.")
    return json_response({_FORWARDED_TO: {}})


async def log_forwarding_errors(request: Request) -> Response:
    gateway.check_key(request)
    return json_response({"configured_forwarder": _FORWARDED_TO, "errors": []})


async def _package(request: Request) -> tuple[packages.Made, list[Deployed]]:
    namespace, name = called_namespace(request), request.path_params["package"]
    found = await in_db(packages.find, namespace, name)
    if found is None:
        raise NotFound
    return found, [action for action in await in_db(actions.every, namespace) if action.spec.package == name]


def _names(request: Request) -> tuple[str, str, str]:
    package = request.path_params.get("package", DEFAULT_PACKAGE)
    return called_namespace(request), package, request.path_params["action"]


def _check_namespace(namespace: str) -> None:
    if not deployment.NAMESPACE.fullmatch(namespace):
        raise BadRequest(f"{namespace!r} is no namespace: lower-case letters, digits, - and _")


def _check_overwriting(request: Request, exists: bool) -> None:
    if exists and not is_set(request, "overwrite"):
        raise Conflict("resource already exists")


async def _object(request: Request, most: int) -> dict[str, Any]:
    content = await gateway.body(request, most)
    try:
        found = jsontext.loads(content or b"{}")
    except ValueError as err:
        raise BadRequest("The request content was malformed: it is not JSON.") from err
    if not isinstance(found, dict):
        raise BadRequest("The request content was malformed: it is no JSON object.")
    return found
