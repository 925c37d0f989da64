"""What of I/O Events belongs to a snapshot: the journals, and who may read them."""

from pathlib import Path
from typing import Any

from django.conf import settings

from events import forgotten, webhook_key
from events.models import Entry, Expectation, Interest, Registration

TABLES = (Registration, Interest, Entry, Expectation)


def secrets() -> list[Path]:
    return [Path(settings.EVENTS_WEBHOOK_KEY_FILE)]


def restored(manifest: dict[str, Any]) -> None:
    """Workers of that time may send their events again."""
    webhook_key.private_key.cache_clear()
    forgotten.remember(Expectation.objects.values_list("request_id", flat=True).distinct())
