"""What one activation may cost."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Ceilings of the core workers; the settings `RENDER_*`.

    `max_pixels` counts what is decoded of a source: one frame, one page. `max_seconds` is for one step: the decoding,
    or one rendition; a video preview has `max_preview_seconds`. Transfers have time limits of their own, which a slow
    but living connection does not hit. `max_memory` (bytes) is what a process may take above what it needs when idle.
    """

    max_pixels: int = 200_000_000
    max_source_bytes: int = 4 * 1024**3
    max_seconds: float = 60
    max_preview_seconds: float = 900
    max_memory: int = 2 * 1024**3
    max_output_bytes: int = 2 * 1024**3
    transfer_retry_seconds: float = 60
    ca_file: str | None = None
    use_vips: bool = True
    here: tuple[str, ...] = ()
    """`host:port` of this server: the worker says who it is there, and tells of its exchanges anywhere else."""

    moved: dict[str, str] = field(default_factory=dict)
    """Host names of the embedded storage that no DNS knows, and its URL."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Limits":
        return cls(**{**value, "here": tuple(value["here"])})
