"""Whether the store can take bytes."""

from pathlib import Path
from tempfile import NamedTemporaryFile


def problem(directory: Path) -> str | None:
    """Why nothing can be written under `directory` (the store's, made at its first use), or None."""
    folder = directory
    while not folder.exists():
        folder = folder.parent
    try:
        with NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
    except OSError as err:
        return f"{folder}: {err.strerror or err}"
    return None
