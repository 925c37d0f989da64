"""`manage.py env`: the environment block for Adobe's clients."""

from django.core.management.base import BaseCommand, CommandParser

from config import client_environment


class Command(BaseCommand):
    help = 'Prints the environment block for Adobe\'s clients; eval "$(manage.py env)" sets it in a shell.'
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--for", dest="language", choices=client_environment.LANGUAGES, default="shell")

    def handle(self, *args: object, language: str, **options: object) -> None:
        self.stdout.write(client_environment.LANGUAGES[language](client_environment.variables()), ending="")
