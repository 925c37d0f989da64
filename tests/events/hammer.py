"""A program for `test_order`: writers that commit late and out of turn, and a reader that must not miss anything.

Prints what the reader saw. Usage: `python -m tests.events.hammer WRITERS EVENTS`, with DJANGO_SETTINGS_MODULE
and DATABASE_URL.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from events import journal  # noqa: E402
from events.incoming import Incoming  # noqa: E402
from events.models import Registration  # noqa: E402
from events.registrations import Subscription, Workspace, create  # noqa: E402


def main(writers: int, events: int) -> None:
    call_command("migrate", verbosity=0)
    registration = _registration()
    done = threading.Event()
    seen: list[int] = []
    reader = threading.Thread(target=_closing(partial(_read, registration.pk, seen, done)))
    reader.start()
    threads = [threading.Thread(target=_closing(partial(_write, n, events))) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reader.join()
    json.dump({"positions": seen, "complete": seen == list(range(1, writers * events + 1))}, sys.stdout)


def _registration() -> Registration:
    create(Workspace("o", "c", "p", "other"), Subscription("other", "", "c", True, (("p", "e"),)))
    return create(Workspace("o", "c", "p", "w"), Subscription("name", "", "c", True, (("p", "e"),)))


def _write(writer: int, events: int) -> None:
    """Every event in a transaction of its own that dawdles before it commits."""
    pauses = random.Random(writer)
    for n in range(events):
        with transaction.atomic():
            journal.append([Incoming("o", "p", "e", json.dumps({"n": n}), event_id=f"{writer}-{n}")])
            time.sleep(pauses.random() * 0.004)


def _read(registration: int, seen: list[int], done: threading.Event) -> None:
    """Follow the journal until the writers are done and there is nothing more."""
    while True:
        were_done = done.is_set()
        page = journal.read_since(Registration.objects.get(pk=registration), seen[-1] if seen else 0, None)
        seen += [position for position, _ in page.entries]
        if were_done and not page.entries:
            return


def _closing(work: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return run


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
