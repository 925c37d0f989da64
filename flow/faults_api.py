"""`/_aemulator/faults`: the faults that are on, and what can be made."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext as _
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dbthreads import in_db
from flow import faults, live
from flow.fault_kinds import KINDS, Kind, Parameter
from flow.faults import MATCHED, Fault
from flow.reading import ms
from flow.wire import Json, WrongField, body, json, problem

LONGEST_TEXT: Final = 1000
MISSING: Final = "There is no such fault"


async def show_kinds(request: Request) -> Response:
    return json({"kinds": [_kind(kind) for kind in KINDS.values()]})


async def list_faults(request: Request) -> Response:
    return json({"faults": [_as_json(fault) for fault in await in_db(faults.all_faults)]})


async def create(request: Request) -> Response:
    if await in_db(faults.count) >= faults.MOST:
        return problem(409, f"There are {faults.MOST} faults already")
    try:
        fault = _fault(await body(request), None)
    except WrongField as err:
        return problem(400, str(err))
    return await _saved(fault, 201)


async def change(request: Request) -> Response:
    """The fields that are given; it counts from the start again."""
    known = await in_db(faults.one, request.path_params["fault"])
    if known is None:
        return problem(404, MISSING)
    try:
        fault = _fault(await body(request), known)
    except WrongField as err:
        return problem(400, str(err))
    return await _saved(fault, 200)


async def remove(request: Request) -> Response:
    if not await in_db(faults.remove, request.path_params["fault"]):
        return problem(404, MISSING)
    await _changed()
    return json({"ok": True})


async def remove_all(request: Request) -> Response:
    removed = await in_db(faults.remove_all)
    await _changed()
    return json({"ok": True, "removed": removed})


async def _saved(fault: Fault, status: int) -> Response:
    saved = await in_db(faults.save, fault)
    await _changed()
    return json(_as_json(saved), status)


async def _changed() -> None:
    await in_db(faults.chooser.load)
    live.ring()


def _as_json(fault: Fault) -> Json:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "enabled": fault.enabled,
        "match": dict(fault.match),
        "probability": fault.probability,
        "times": fault.times,
        "seed": fault.seed,
        "parameters": dict(fault.parameters),
        "hits": fault.hits,
        "created": ms(fault.created),
    }


def _kind(kind: Kind) -> Json:
    return {
        "kind": kind.id,
        "title": gettext(kind.title),
        "sentence": gettext(kind.sentence),
        "group": gettext(kind.group),
        "services": list(kind.services),
        "steps": list(kind.steps),
        "parameters": [_parameter(parameter) for parameter in kind.parameters],
    }


def _parameter(parameter: Parameter) -> Json:
    shown: Json = {
        "name": parameter.name,
        "title": gettext(parameter.title),
        "type": parameter.kind,
        "default": parameter.default,
        "unit": parameter.unit,
    }
    return {**shown, "choices": list(parameter.choices)} if parameter.choices else shown


def _fault(fields: Json, known: Fault | None) -> Fault:
    kind = fields.get("kind", known.kind if known else None)
    if not isinstance(kind, str) or kind not in KINDS:
        raise WrongField(_("kind must be one of %(choices)s") % {"choices": ", ".join(KINDS)})
    base = known or Fault("", kind)
    changed: Json = {"kind": kind}
    for name, check in _CHECKS.items():
        if name in fields:
            changed[name] = check(fields[name])
    given = fields.get("parameters", base.parameters if base.kind == kind else {})
    changed["parameters"] = _parameters(KINDS[kind], given)
    return replace(base, **changed)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongField(_("enabled must be true or false"))
    return value


def _match(value: Any) -> Json:
    if not isinstance(value, dict) or any(name not in MATCHED for name in value):
        raise WrongField(_("match must be an object with some of %(choices)s") % {"choices": ", ".join(MATCHED)})
    given = {name: one for name, one in value.items() if one not in (None, "")}
    for name, one in given.items():
        if name in {"step", "nth"}:
            _number(one, name, 1, 7 if name == "step" else 10**9, whole=True)
        elif not isinstance(one, str) or len(one) > LONGEST_TEXT:
            raise WrongField(_("match.%(name)s must be a text") % {"name": name})
    return given


def _times(value: Any) -> int | None:
    return None if value is None else int(_number(value, "times", 1, 10**9, whole=True))


def _number(value: Any, name: str, least: float, most: float, whole: bool = False) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not least <= value <= most or (whole and int(value) != value):
        bounds = {"name": name, "least": f"{least:g}", "most": f"{most:g}"}
        words = _("%(name)s must be a number from %(least)s to %(most)s")
        if whole:
            words = _("%(name)s must be a whole number from %(least)s to %(most)s")
        raise WrongField(words % bounds)
    return float(value) if not whole else int(value)


def _parameters(kind: Kind, given: Any) -> Json:
    if not isinstance(given, dict):
        raise WrongField(_("parameters must be an object"))
    known = {parameter.name: parameter for parameter in kind.parameters}
    if unknown := given.keys() - known.keys():
        raise WrongField(_("%(id)s has no parameter %(name)s") % {"id": kind.id, "name": sorted(unknown)[0]})
    return {name: _value(parameter, given.get(name, parameter.default)) for name, parameter in known.items()}


def _value(parameter: Parameter, value: Any) -> Any:
    if parameter.kind == "number":
        return _number(value, parameter.name, parameter.least, parameter.most)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise WrongField(_("%(name)s must be a text") % {"name": parameter.name})
    if parameter.choices and value not in parameter.choices:
        raise WrongField(
            _("%(name)s must be one of %(choices)s") % {"name": parameter.name, "choices": ", ".join(parameter.choices)}
        )
    return value


_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "enabled": _flag,
    "match": _match,
    "probability": lambda value: _number(value, "probability", 0, 1),
    "times": _times,
    "seed": lambda value: int(_number(value, "seed", -(2**53), 2**53, whole=True)),
}

ROUTES: Final = [
    Route("/_aemulator/faults/kinds", show_kinds, methods=["GET"]),
    Route("/_aemulator/faults", list_faults, methods=["GET"]),
    Route("/_aemulator/faults", create, methods=["POST"]),
    Route("/_aemulator/faults", remove_all, methods=["DELETE"]),
    Route("/_aemulator/faults/{fault}", change, methods=["PUT"]),
    Route("/_aemulator/faults/{fault}", remove, methods=["DELETE"]),
]
