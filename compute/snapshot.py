"""What of the Asset Compute service belongs to a snapshot: clients, and activations with what is still to be done."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings

from compute.models import Activation, ClientRegistration, Invocation, RenditionTask

TABLES = (ClientRegistration, Activation, Invocation, RenditionTask)


def secrets() -> list[Path]:
    return []


def restored(manifest: dict[str, Any]) -> None:
    """Nobody works on anything yet, and I/O Events may be elsewhere than it was."""
    open_ = Invocation.objects.filter(due_at__isnull=False)
    open_.filter(state=Invocation.State.RUNNING).update(state=Invocation.State.QUEUED)
    open_.update(owner="", due_at=time.time())
    was = str(manifest.get("url", ""))
    for client in ClientRegistration.objects.all():
        for name in ("registration_url", "journal"):
            url = getattr(client, name)
            if was and url.startswith(f"{was}/"):
                setattr(client, name, settings.EVENTS_URL + url.removeprefix(was))
        client.save()
