"""`manage.py serve` in Django's list of commands. `config.launch` runs it, before the settings load."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import launch


class Command(BaseCommand):
    help = "Runs AEMulator: every box, in one process."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser: argparse.ArgumentParser = launch.serve_parser()
        return parser

    def handle(self, *args: object, **options: object) -> None:
        raise CommandError("serve binds its ports before Django starts: run it from the command line")
