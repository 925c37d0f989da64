"""Demo content of a first run: pictures that the program draws, uploaded as any client would."""

from pathlib import Path


async def fill_once(root: Path) -> None:
    """Fill the repository, unless this data directory has had its demo content."""
