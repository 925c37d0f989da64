"""`manage.py worker`: renders what any server on the same database and broker accepted."""

from django.core.management.base import BaseCommand, CommandError

from config import boxes, standalone


class Command(BaseCommand):
    help = "Renders, for servers that run with --no-workers; as many of these as wanted."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        from django.conf import settings

        if not settings.DRAMATIQ_BROKER_URL:
            raise CommandError(
                "a worker of its own needs a broker that it shares: set DRAMATIQ_BROKER_URL or REDIS_URL"
            )
        standalone.run(*boxes.part(boxes.WORKER_BOX))
