"""The socket of one page: says `{"seq": n, topic: mark, …}` when something changed, and every KEEP_ALIVE seconds."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from channels.generic.websocket import AsyncWebsocketConsumer

from shell.live.hub import hub

KEEP_ALIVE: Final = 20.0  # seconds; pages take a socket that is silent for longer as lost


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    _pump: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close()  # before the handshake is accepted: 403
            return
        await self.accept()
        self._pump = asyncio.create_task(self._run())

    async def disconnect(self, code: int) -> None:
        if self._pump:
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say."""

    async def _run(self) -> None:
        member = hub.join()
        try:
            while True:
                text = await member.next(KEEP_ALIVE)
                if text:
                    await self._say(text)
        finally:
            hub.leave(member)

    async def _say(self, text: str) -> None:
        message: dict[str, Any] = {"type": "websocket.send", "text": text}
        await self.base_send(message)
