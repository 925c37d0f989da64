"""ORM work from asynchronous code, in a fixed pool of threads whose database connections stay open.

Django opens a new connection for each ASGI request (its handler gives every request a thread of its own). The
boxes' Starlette applications and loops call `in_db` instead: the pool's threads, and so their connections, are reused.
"""

import asyncio
import concurrent.futures
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="db")
_express = ThreadPoolExecutor(max_workers=1, thread_name_prefix="db-express")
_under_way: set[Future[Any]] = set()


async def in_db(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a database thread. A connection that an error broke is closed, to be reopened by the next call."""
    return await _run(_pool, partial(work, *args, **kwargs))


async def in_db_express(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `in_db`, for short reads that many wait for: in a thread where nothing else queues, least of all writes."""
    return await _run(_express, partial(work, *args, **kwargs))


async def _run(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()

    def call() -> T:
        try:
            return context.run(work)
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close_if_unusable_or_obsolete()

    running = pool.submit(call)
    _under_way.add(running)
    running.add_done_callback(_under_way.discard)
    return await asyncio.wrap_future(running)


async def quiet(within: float) -> bool:
    """Whether all that is in the database threads now ends in time, also what nobody waits for any more."""
    under_way = set(_under_way)
    if not under_way:
        return True
    return not (await asyncio.to_thread(concurrent.futures.wait, under_way, within)).not_done
