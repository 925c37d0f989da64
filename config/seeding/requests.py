"""`POST /_aemulator/seed`, and the same for the assembly itself."""

from contextlib import ExitStack
from typing import Any

import httpx
from django.conf import settings
from starlette.requests import Request

import trust
from config import client_environment
from config.demo import upload
from config.seeding import intake
from config.seeding.description import SeedError
from config.seeding.planting import Planter
from dbthreads import in_db

WITHIN = 120.0  # seconds


async def seed(request: Request) -> dict[str, Any]:
    """{"ok": true, "assets": {path: state}}; the state is empty unless `wait=true`. Raises SeedError."""
    wait, within = _wait(request), _within(request)
    with ExitStack() as stack:
        taken = await intake.take(request, stack)
        token = (await in_db(client_environment.variables))["AEMULATOR_ACCESS_TOKEN"]
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            httpx.AsyncClient(
                base_url=settings.AEMULATOR_URL, headers=headers, timeout=60, verify=trust.context()
            ) as client,
            httpx.AsyncClient(timeout=60, verify=trust.context()) as storage,
        ):
            planter = Planter(client, storage)
            try:
                paths = (
                    await upload.fill(settings.AEMULATOR_URL, token) if taken.is_empty else await planter.plant(taken)
                )
                states = await planter.wait_processed(paths, within) if wait else dict.fromkeys(paths, "")
            except httpx.HTTPError as err:
                raise SeedError(f"the repository or the blob storage does not answer: {err}", 502) from err
    return {"ok": True, "assets": states}


def _wait(request: Request) -> bool:
    text = request.query_params.get("wait", "false").lower()
    if text not in {"true", "false"}:
        raise SeedError("wait must be true or false")
    return text == "true"


def _within(request: Request) -> float:
    text = request.query_params.get("within", str(WITHIN))
    try:
        within = float(text)
    except ValueError as err:
        raise SeedError("within must be a number of seconds") from err
    if not 0 < within <= 3600:
        raise SeedError("within must be between 0 and 3600 seconds")
    return within
