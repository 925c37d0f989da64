"""`manage.py reset`: back to the start. A running server does it itself, so that its loops stand still meanwhile."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database, online, restart
from config.demo import upload


class Command(BaseCommand):
    help = "Removes every asset, event, activation and blob. What cannot be made again (secrets, tokens) stays."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="upload the demo pictures again")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, demo: bool, yes: bool, **options: object) -> None:
        if not yes and input(f"Remove everything in {settings.DATA_DIR}? [y/N] ").strip().lower() != "y":
            raise CommandError("nothing was removed")
        if online.is_served():
            online.ask("POST", "/_aemulator/reset", params={"content": "demo" if demo else "empty"})
        else:
            database.prepare()
            restart.reset_offline()
            if demo:
                # Uploads need a server: the next start makes the demo content, as on a first run.
                (settings.DATA_DIR / upload.MARKER).unlink(missing_ok=True)
        self.stdout.write(f"{settings.DATA_DIR} is back at the start.")
