"""What the engine makes, and whom it tells what it is at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Rendition:
    """A finished file: in memory, or at a path in the working folder when it may be large."""

    content: bytes | Path
    mimetype: str
    encoding: str | None = None
    width: int | None = None
    height: int | None = None


class Report(Protocol):
    """Hears which step begins, and which renditions hang on it: if the process dies, they are the suspects."""

    def at(self, stage: str, indexes: list[int]) -> None: ...

    def beat(self) -> None: ...


class Fetcher(Protocol):
    """Brings what instructions name by URL."""

    def fetch(self, url: str, limit: int) -> bytes: ...

    def save(self, url: str, path: Path, progress: Callable[[], None]) -> int: ...
