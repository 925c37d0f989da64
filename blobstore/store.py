"""A store: its configuration, index, writer and the threads for its files. One for each process."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from blobstore.configuration import BlobstoreConfig
from blobstore.index import Index
from blobstore.writer import Writer
from processors import processors

P = ParamSpec("P")
T = TypeVar("T")

FILE_THREADS = 16


class Store:
    """Opened lazily by the first request, so that making one touches nothing."""

    def __init__(self, config: BlobstoreConfig) -> None:
        self.config = config
        self.index = Index(config.directory)
        self._writer = Writer(self.index)
        self._pool: ThreadPoolExecutor | None = None

    async def change(self, work: Callable[[sqlite3.Connection], T], *, brief: bool = False) -> T:
        """Run `work` in a write transaction and wait until it is on the disk. `brief`: it takes microseconds."""
        return await self._writer.change(work, brief=brief)

    async def work(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call (files, long reads of the index) in a thread."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(FILE_THREADS, "blob-files", processors.free)
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: call(*args, **kwargs))

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a short read at once, in one snapshot: look-ups by key take less time than a change of thread."""
        db = self.index.connection()
        db.execute("BEGIN")
        try:
            return query(db)
        finally:
            db.execute("ROLLBACK")

    def close(self) -> None:
        """End the threads; a later request starts them again."""
        self._writer.close()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()
        self.index.close()
