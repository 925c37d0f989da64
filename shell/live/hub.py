"""The sockets of this process, and the newest marks that they were told.

Channels' groups deliver to N members in O(N²) with its in-memory layer; here one encoded text is put into the slot of
each member. A slot holds the latest text only, so a slow socket misses nothing that matters and holds up nobody.
Everything here runs on the server's event loop.
"""

import asyncio
from typing import Final

import orjson

from shell.live.topics import Marks


class Member:
    """One socket's slot."""

    def __init__(self, first: str | None) -> None:
        self._text = first or ""
        self._filled = asyncio.Event()
        if first is not None:
            self._filled.set()

    def offer(self, text: str) -> None:
        self._text = text
        self._filled.set()

    async def next(self, patience: float) -> str:
        """The latest text as soon as there is a new one, or the old one again after `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._filled.wait()
        except TimeoutError:
            return self._text
        self._filled.clear()
        return self._text


class Hub:
    def __init__(self) -> None:
        self._members: set[Member] = set()
        self._marks: Marks = {}
        self._text: str | None = None

    def join(self) -> Member:
        """A member that hears of the current marks at once, if they are known."""
        member = Member(self._text)
        self._members.add(member)
        return member

    def leave(self, member: Member) -> None:
        self._members.discard(member)

    def publish(self, marks: Marks) -> bool:
        """Tell every member the marks of these topics, unless they are what it knows; whether it was news."""
        known = self._marks | marks
        if known == self._marks:
            return False
        self._marks = known
        self._text = orjson.dumps(known).decode()
        for member in self._members:
            member.offer(self._text)
        return True

    @property
    def size(self) -> int:
        return len(self._members)


hub: Final = Hub()
