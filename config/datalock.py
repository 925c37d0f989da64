"""One server at a time on a data directory: a lock that the system drops when its holder dies, kill -9 included."""

import fcntl
import os
from pathlib import Path
from typing import IO

from config.errors import DataDirBusy, DataDirError


def acquire(root: Path) -> IO[str]:
    """Take the lock of a data directory; it is held as long as the returned file is open."""
    file = _open(root / "server.lock")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as err:
        holder = file.read().strip() or "?"
        file.close()
        raise DataDirBusy(f"another server (process {holder}) uses the data directory {root}") from err
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def is_held(root: Path) -> bool:
    """Whether a server runs on this data directory now."""
    try:
        acquire(root).close()
    except DataDirBusy:
        return True
    return False


def _open(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as err:
        raise DataDirError(f"the data directory {path.parent} cannot be written: {err.strerror}") from err
    return os.fdopen(descriptor, "r+")
