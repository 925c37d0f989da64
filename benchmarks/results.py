"""Tables on the terminal, and one JSON file for each benchmark."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "results"


def write(name: str, ratios: Mapping[str, float | Mapping[str, float]], details: dict[str, object]) -> Path:
    """`ratios` compare two things measured side by side; `details` are absolute."""
    FOLDER.mkdir(exist_ok=True)
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    made = datetime.now(UTC).isoformat(timespec="seconds")
    file = FOLDER / f"{name}.json"
    content = {"name": name, "made": made, "machine": machine, "ratios": ratios, "details": details}
    file.write_text(json.dumps(content, indent=2) + "\n")
    return file


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(_padded(cell, width, at) for at, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )


def _padded(cell: str, width: int, column: int) -> str:
    """The first column is words, the others are figures."""
    return cell.ljust(width) if column == 0 else cell.rjust(width)
