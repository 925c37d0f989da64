"""Whether the store can take bytes."""

import asyncio
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings


async def health() -> dict[str, dict[str, object]]:
    """The store's part of the system's health: whether its disk takes bytes; `free` in bytes."""
    return {"blob-storage": await asyncio.to_thread(report, Path(settings.BLOBSTORE_DIR))}


def report(directory: Path) -> dict[str, object]:
    folder = _existing(directory)
    trouble = problem(folder)
    state: dict[str, object] = {"ok": trouble is None, "free": shutil.disk_usage(folder).free}
    return state if trouble is None else {**state, "error": trouble}


def problem(directory: Path) -> str | None:
    """Why nothing can be written under `directory` (the store's, made at its first use), or None."""
    folder = _existing(directory)
    try:
        with NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as err:
        return f"{folder}: {err.strerror or err}"
    return None


def _existing(directory: Path) -> Path:
    while not directory.exists():
        directory = directory.parent
    return directory
