"""`manage.py env`: the environment block for Adobe's clients."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import certificates, client_environment, database


class Command(BaseCommand):
    help = 'Prints the environment block for Adobe\'s clients; eval "$(manage.py env)" sets it in a shell.'
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--for", dest="language", choices=client_environment.LANGUAGES, default="shell")

    def handle(self, *args: object, language: str, **options: object) -> None:
        database.prepare()
        certificates.server_file(settings.DATA_DIR / "secrets", settings.HOST)  # what NODE_EXTRA_CA_CERTS names
        self.stdout.write(client_environment.LANGUAGES[language](client_environment.variables()), ending="")
