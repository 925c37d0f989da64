"""`manage.py restore`: a snapshot takes the place of everything in the data directory."""

from pathlib import Path

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database, online


class Command(BaseCommand):
    help = "Puts a snapshot in the place of everything that is here. A file that cannot be read changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what manage.py snapshot wrote")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, file: Path, yes: bool, **options: object) -> None:
        if not file.is_file():
            raise CommandError(f"there is no file {file}")
        if not yes and input(f"Replace everything in {settings.DATA_DIR}? [y/N] ").strip().lower() != "y":
            raise CommandError("nothing was changed")
        database.prepare()
        try:
            with file.open("rb") as content, online.served() as client:
                answer = client.post("/_aemulator/restore", content=content)
        except httpx.HTTPError as err:
            raise CommandError(f"the server does not answer: {err}") from err
        online.check(answer)
        told = answer.json()
        self.stdout.write(f"{told['rows']} rows and {told['blobs']} blobs of {told['made']} are restored.")
