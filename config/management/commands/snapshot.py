"""`manage.py snapshot`: the whole state of the data directory to one file."""

from pathlib import Path

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database, online


class Command(BaseCommand):
    help = (
        "Writes everything (assets, renditions, journals, jobs, integrations) to one file; the server may be running."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; one that is there is replaced")

    def handle(self, *args: object, file: Path, **options: object) -> None:
        database.prepare()
        partial = file.with_name(f"{file.name}.partial")
        try:
            with online.served() as client, client.stream("GET", "/_aemulator/snapshot") as answer:
                if answer.is_error:
                    answer.read()
                online.check(answer)
                with partial.open("wb") as target:
                    for chunk in answer.iter_bytes():
                        target.write(chunk)
            partial.replace(file)
        except httpx.HTTPError as err:
            raise CommandError(f"the snapshot is not complete: {err}") from err
        except OSError as err:
            raise CommandError(f"{file} cannot be written: {err.strerror}") from err
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{file}: {file.stat().st_size} bytes")
