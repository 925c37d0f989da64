"""Several processes share a Redis: what one of them commits, the sockets of the others hear of at once.

The other process is the test itself: it has the same channel layer, and no database.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from channels_redis.core import RedisChannelLayer
from websockets.asyncio.client import connect

from shell.live.doorbell import GROUP
from tests.redis import redis_server
from tests.server import ADMIN, ServerProcess

PATIENCE = 20.0  # seconds
FAR = 10**9  # a mark that the server's own tree does not reach
LOGIN = "/libs/granite/core/content/login.html/j_security_check"


def test_processes_hear_of_each_other_over_redis(tmp_path: Path) -> None:
    with (
        redis_server() as url,
        ServerProcess(tmp_path / "data", "--no-workers", environment={"REDIS_URL": url}) as server,
    ):
        asyncio.run(_both_ways(url, server))


async def _both_ways(url: str, server: ServerProcess) -> None:
    layer = RedisChannelLayer(hosts=[url])
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    async with httpx.AsyncClient(base_url=server.url, auth=ADMIN) as author, asyncio.timeout(PATIENCE):
        folder = {"class": "assetFolder", "properties": {}}
        before = (await layer.receive(channel))["marks"]["seq"]
        assert (await author.post("/api/assets/told", json=folder)).status_code == 201
        while (await layer.receive(channel))["marks"].get("seq", 0) <= before:
            pass

        signed_in = await author.post(LOGIN, data={"j_username": ADMIN[0], "j_password": ADMIN[1]})
        assert signed_in.status_code == 302
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())}
        async with connect(f"{server.url.replace('http', 'ws', 1)}/_aemulator/live", additional_headers=cookie) as page:
            await page.recv()
            await layer.group_send(GROUP, {"type": "live.marks", "marks": {"seq": FAR}})
            while _mark(await page.recv()) != FAR:
                pass
    await layer.close_pools()


def _mark(message: Any) -> int:
    return int(json.loads(message)["seq"])
