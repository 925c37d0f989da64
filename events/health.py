"""What the health page shows of I/O Events."""

import time
from typing import Any

from django.db.models import Max

from dbthreads import in_db
from events.models import Registration


async def health() -> dict[str, dict[str, object]]:
    """The journal can be read; how many registrations there are, and how long ago something was written (seconds)."""
    return {"journal": await in_db(_journal)}


def _journal() -> dict[str, Any]:
    newest = Registration.objects.aggregate(newest=Max("written_ms"))["newest"]
    age = {"last_entry_age": round(time.time() - newest / 1000, 3)} if newest else {}
    return {"ok": True, "registrations": Registration.objects.count(), **age}
