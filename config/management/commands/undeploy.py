"""`manage.py undeploy`: takes actions out of the I/O Runtime."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import database
from runtime import actions


class Command(BaseCommand):
    help = "Removes the actions that were deployed from a path, or one action by its name."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", help="the path that was deployed, or package/action")
        parser.add_argument("--namespace", default=settings.RUNTIME_NAMESPACE, help="default: %(default)s")

    def handle(self, *args: object, what: str, namespace: str, **options: object) -> None:
        database.prepare()
        package, slash, name = what.rpartition("/")
        count = actions.undeploy(namespace, str(Path(what).expanduser().resolve()))
        if not count and slash:
            count = actions.undeploy_named(namespace, package, name)
        if not count:
            raise CommandError(f"nothing was deployed from {what}, and no action has this name")
        self.stdout.write(f"{count} removed")
