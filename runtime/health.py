"""What the health page shows of I/O Runtime. Without Node there is nothing wrong: only deployed actions need it."""

import asyncio

from dbthreads import in_db
from runtime import actions, lifecycle, node


async def health() -> dict[str, dict[str, object]]:
    if not lifecycle.is_running():
        return {"runtime": {"ok": False, "error": "not started"}}
    found = await asyncio.to_thread(node.version)
    deployed = len(await in_db(actions.every))
    version = ".".join(map(str, found)) if found else "not installed (deployed actions need it)"
    return {"runtime": {"ok": True, "node": version, "actions": deployed, **lifecycle.invoker().pool.health()}}
