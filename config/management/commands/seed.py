"""`manage.py seed`: pictures, or what a description says, in the running server."""

import mimetypes
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import online


class Command(BaseCommand):
    help = "Uploads the demo pictures, or files, zips and what a JSON description says, to the running server."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="a description (.json), a .zip, or files to upload")
        parser.add_argument("--folder", default="/content/dam", help="where files and zips go")
        parser.add_argument("--wait", action="store_true", help="until everything is processed")
        parser.add_argument("--within", type=float, default=120.0, help="seconds that --wait waits at most")

    def handle(self, *args: object, files: list[Path], folder: str, wait: bool, within: float, **more: object) -> None:
        if not online.is_served():
            raise CommandError("no server runs on this data directory: start one with manage.py serve")
        query = {"folder": folder, "wait": str(wait).lower(), "within": str(within)}
        with ExitStack() as stack:
            parts = [_part(file, stack) for file in files]
            answer = online.ask("POST", "/_aemulator/seed", params=query, files=parts or None)
        for path, state in answer.json()["assets"].items():
            self.stdout.write(f"{path} {state}".rstrip())


def _part(file: Path, stack: ExitStack) -> tuple[str, tuple[str, Any, str]]:
    try:
        opened = stack.enter_context(file.open("rb"))
    except OSError as err:
        raise CommandError(f"{file} cannot be read: {err.strerror}") from err
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix == ".json":
        return "description", (file.name, opened, "application/json")
    if file.suffix == ".zip":
        return "zip", (file.name, opened, "application/zip")
    return file.name, (file.name, opened, kind)
