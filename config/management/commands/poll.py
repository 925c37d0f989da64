"""`manage.py poll`: submits jobs and attaches renditions, without a server."""

from django.core.management.base import BaseCommand

from config import boxes, standalone


class Command(BaseCommand):
    help = "Runs the repository's loops (submit jobs, poll the journal) in a process of their own."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        standalone.run(*boxes.part("repository"))
