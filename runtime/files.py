"""Which files an action consists of, and whether they changed since it was loaded."""

import os
from collections.abc import Iterable
from pathlib import Path

Fingerprint = dict[str, tuple[int, int] | None]
"""Time of change and size by path; None: the file is not there."""

CODE = (".js", ".cjs", ".mjs", ".json", ".sh")
MAX_NEIGHBOURS = 200


def fingerprint(paths: Iterable[str]) -> Fingerprint:
    """Of these files and of the code beside them: what ES modules import is not told by Node."""
    wanted = set(paths)
    for folder in {os.path.dirname(path) for path in wanted}:
        wanted |= _code_in(Path(folder))
    return {path: _state(path) for path in wanted}


def _code_in(folder: Path) -> set[str]:
    try:
        found = [entry.path for entry in os.scandir(folder) if entry.name.endswith(CODE) and entry.is_file()]
    except OSError:
        return set()
    return set(sorted(found)[:MAX_NEIGHBOURS])


def _state(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
