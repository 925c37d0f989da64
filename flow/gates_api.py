"""`/_aemulator/gates`: run, pause, step, slow motion, breakpoints."""

import math
import time
from typing import Any, Final

from django.utils.translation import gettext as _
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dbthreads import in_db
from flow import gates, live
from flow.gates import ALL, MODES, PATH, STEPS, Setting
from flow.reading import ms
from flow.wire import Json, WrongField, body, json, problem


async def show(request: Request) -> Response:
    return json(await in_db(_shown))


async def put(request: Request) -> Response:
    """The whole setting of a scope: what is left out starts anew."""
    try:
        setting = _setting(await body(request))
    except WrongField as err:
        return problem(400, str(err))
    await in_db(gates.put, setting)
    return json(await _changed())


async def patch(request: Request) -> Response:
    """Only what is given; the rest of the scope's setting stays."""
    try:
        fields = await body(request)
        scope = _scope(fields)
        await in_db(gates.keeper.load)
        setting = _setting(fields, gates.keeper.settings.get(scope, Setting(scope)))
    except WrongField as err:
        return problem(400, str(err))
    await in_db(gates.put, setting)
    return json(await _changed())


async def step(request: Request) -> Response:
    try:
        scope = _scope(await body(request))
    except WrongField as err:
        return problem(400, str(err))
    released = await in_db(gates.step, scope)
    return json({"released": released, **await _changed()})


async def _changed() -> Json:
    await in_db(gates.keeper.load)
    live.ring()
    return await in_db(_shown)


def _shown() -> Json:
    settings = gates.keeper.settings
    return {
        "all": _as_json(settings.get(ALL, Setting(ALL))),
        "flows": {scope: _as_json(setting) for scope, setting in settings.items() if scope != ALL},
        "held": [
            {"flow": job.flow, "request": job.request, "step": job.step, "since": ms(job.since), "path": job.path}
            for job in gates.held()
        ],
        "steps": list(STEPS),
    }


def _as_json(setting: Setting) -> Json:
    return {
        "mode": setting.mode,
        "slow_seconds": setting.slow_seconds,
        "breakpoints": sorted(setting.breakpoints),
        "expires": None if setting.expires is None else ms(setting.expires),
    }


def _setting(fields: Json, before: Setting | None = None) -> Setting:
    """`before`: what a field that is left out stays as."""
    base = before or Setting(_scope(fields))
    mode = fields.get("mode", base.mode)
    if mode not in MODES:
        raise WrongField(_("mode must be one of %(choices)s") % {"choices": ", ".join(MODES)})
    return Setting(
        _scope(fields),
        mode,
        _seconds(fields.get("slow_seconds", base.slow_seconds)),
        _breakpoints(fields) if "breakpoints" in fields else base.breakpoints,
        _expires(fields) if "expires_in" in fields else base.expires,
    )


def _scope(fields: Json) -> str:
    scope = fields.get("scope", ALL)
    if not isinstance(scope, str) or not scope or len(scope) > 512:
        raise WrongField(_("scope must be all, the id of a flow, or path: and the path of an asset or folder"))
    if scope.startswith(PATH) and not scope.startswith(f"{PATH}/"):
        raise WrongField(_("a path begins with /"))
    return scope


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 < value <= gates.LONGEST_SLOW:
        raise WrongField(
            _("slow_seconds must be a number above 0, at most %(most)s") % {"most": f"{gates.LONGEST_SLOW:g}"}
        )
    return float(value)


def _expires(fields: Json) -> float | None:
    """From seconds from now; without, a setting stays until it is changed."""
    value = fields.get("expires_in")
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= gates.LONGEST_LIFE:
        raise WrongField(
            _("expires_in must be a number above 0, at most %(most)s, or null") % {"most": f"{gates.LONGEST_LIFE:g}"}
        )
    return time.time() + float(value)


def _breakpoints(fields: Json) -> frozenset[int]:
    """A breakpoint is a gate: 3 comes with the answer to 2, and a worker goes from 4 to 5 without asking anybody."""
    wanted = fields["breakpoints"]
    if not isinstance(wanted, list) or not all(step in STEPS and not isinstance(step, bool) for step in wanted):
        raise WrongField(
            _("breakpoints must be a list of the steps that have a gate: %(steps)s")
            % {"steps": ", ".join(map(str, STEPS))}
        )
    return frozenset(wanted)


ROUTES: Final = [
    Route("/_aemulator/gates", show, methods=["GET"]),
    Route("/_aemulator/gates", put, methods=["PUT"]),
    Route("/_aemulator/gates", patch, methods=["PATCH"]),
    Route("/_aemulator/gates/step", step, methods=["POST"]),
]
