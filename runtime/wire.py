"""The JSON of the OpenWhisk REST API (wire contract, section 4.6; openwhisk.apache.org, REST API). Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from contract import jsontext
from runtime.actions import DEFAULT_PACKAGE, Deployed
from runtime.activations import Line, Summary
from runtime.packages import Made

Json = dict[str, Any]
_CODES: Final = {"success": 0, "application error": 1, "developer error": 2, "internal error": 3}
_LISTED_ONLY: Final = frozenset({"statusCode", "state", "web"})
_STATUS: Final = {"developer error": "action developer error", "internal error": "whisk internal error"}


def action(deployed: Deployed, code: str | None = None, is_binary: bool = False) -> Json:
    """An action, as `actions` lists it; with its code as `actions/{name}` gives it."""
    spec = deployed.spec
    package = "" if spec.package == DEFAULT_PACKAGE else f"/{spec.package}"
    executable: Json = {"kind": spec.kind, "binary": is_binary}
    if spec.components:
        executable = {"kind": spec.kind, "components": [_absolute(deployed, name) for name in spec.components]}
    elif code is not None:
        executable |= {"code": code, "main": spec.main}
    annotations = {**spec.annotations, "exec": spec.kind, "provide-api-key": True}
    found: Json = {
        "namespace": f"{deployed.namespace}{package}",
        "name": spec.name,
        "version": f"0.0.{deployed.version}",
        "publish": False,
        "exec": executable,
        "annotations": _pairs(annotations),
        "limits": _limits(spec.timeout, spec.memory),
        "updated": _millis(deployed.deployed_at),
    }
    return found if code is None else {**found, "parameters": _pairs(spec.inputs)}


def package(made: Made, inside: Sequence[Deployed] | None = None) -> Json:
    """A package, as `packages` lists it; with its actions as `packages/{name}` gives it."""
    found: Json = {
        "namespace": made.namespace,
        "name": made.name,
        "version": f"0.0.{made.version}",
        "publish": False,
        "annotations": _pairs(made.annotations),
        "binding": False,
        "updated": _millis(made.updated_at),
    }
    if inside is None:
        return found
    listed = ("name", "version", "annotations")
    described = [{name: value for name, value in action(deployed).items() if name in listed} for deployed in inside]
    return {**found, "binding": {}, "parameters": _pairs(made.parameters), "actions": described, "feeds": []}


def _absolute(deployed: Deployed, component: str) -> str:
    return f"/{deployed.namespace}/{component.removeprefix(f'{DEFAULT_PACKAGE}/')}"


def listed_activation(summary: Summary) -> Json:
    """An activation as the list has it: without response and logs."""
    return {
        "namespace": summary.namespace,
        "name": summary.name,
        "version": _version(summary),
        "publish": False,
        "subject": summary.namespace,
        "activationId": summary.activation_id,
        "start": _start(summary),
        "end": _end(summary),
        "duration": _end(summary) - _start(summary),
        "statusCode": _CODES.get(summary.state, 0),
        "state": summary.state,  # this and the next are not Runtime's
        "web": summary.is_web,
        "annotations": _pairs(_activation_annotations(summary)),
    }


def activation(summary: Summary, lines: Sequence[Line]) -> Json:
    listed = {name: value for name, value in listed_activation(summary).items() if name not in _LISTED_ONLY}
    return {**listed, "logs": log_lines(lines), "response": response(summary.state, summary.result)}


def response(state: str, result: Any) -> Json:
    return {
        "status": _STATUS.get(state, state),
        "statusCode": _CODES[state],
        "success": state == "success",
        "result": result,
        "size": len(jsontext.dumps(result)),
    }


def log_lines(lines: Sequence[Line]) -> list[str]:
    return [f"{_iso(line.at)}    {line.stream}: {line.text}" for line in lines]


def error(message: str, code: str) -> Json:
    return {"error": message, "code": code}


def _activation_annotations(summary: Summary) -> Json:
    package = "" if summary.package == DEFAULT_PACKAGE else f"/{summary.package}"
    limits = _limits(summary.action["timeout"], summary.action["memory"])
    started = summary.started_at or summary.ended_at or summary.accepted_at
    found: Json = {
        "path": f"{summary.namespace}{package}/{summary.name}",
        "kind": summary.action["kind"],
        "waitTime": max(0, _millis(started) - _millis(summary.accepted_at)),
        "limits": limits,
        "timeout": summary.timed_out,
    }
    return found if summary.init is None else {**found, "initTime": int(summary.init * 1000)}


def _limits(timeout: int, memory: int) -> Json:
    return {"timeout": timeout, "memory": memory, "logs": 10, "concurrency": 1}


def _version(summary: Summary) -> str:
    return f"0.0.{summary.action['version']}"


def _start(summary: Summary) -> int:
    return _millis(summary.started_at or summary.accepted_at)


def _end(summary: Summary) -> int:
    return max(_millis(summary.ended_at or summary.accepted_at), _start(summary))


def _iso(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _millis(seconds: float) -> int:
    return int(seconds * 1000)


def _pairs(values: Json) -> list[Json]:
    return [{"key": key, "value": value} for key, value in values.items()]
