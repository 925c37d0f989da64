"""`manage.py doctor`: is everything here that AEMulator needs, and is what it keeps undamaged?"""

from django.core.management.base import BaseCommand

from config import diagnosis


class Command(BaseCommand):
    help = "Checks the machine and the data directory; exit code 1 when something is wrong."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        findings = diagnosis.examine()
        for finding in findings:
            self.stdout.write(f"{'ok     ' if finding.ok else 'PROBLEM'}  {finding.part:<14} {finding.words}")
        if not all(finding.ok for finding in findings):
            raise SystemExit(1)
