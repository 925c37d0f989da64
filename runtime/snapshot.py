"""What of I/O Runtime belongs to a snapshot: activations with their logs. Deployments do not: they are files."""

from pathlib import Path
from typing import Any

from runtime import activations
from runtime.models import Activation, LogLine

TABLES = (Activation, LogLine)


def secrets() -> list[Path]:
    return []


def restored(manifest: dict[str, Any]) -> None:
    """What ran when the snapshot was taken runs no more."""
    activations.abandon_everything()
