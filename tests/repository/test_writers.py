"""Writers that meet: they take turns, and the tree stays whole. On PostgreSQL, where several processes can write."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from repository import changes, jobs, tree
from repository.errors import NodeExists, RepositoryError
from repository.models import Node, ProcessingJob
from repository.paths import DAM
from repository.tree import NodeSpec

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the test database of SQLite is in memory, for one"),
]


def at_once(*work: Callable[[], object]) -> list[BaseException]:
    """Run each in a thread of its own; what they raised."""
    errors: list[BaseException] = []

    def guarded(one: Callable[[], object]) -> None:
        try:
            one()
        except RepositoryError as err:
            errors.append(err)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def check_whole() -> None:
    paths = {node.path: node.id for node in Node.objects.all()}
    for node in Node.objects.exclude(path="/"):
        parent = node.path.rpartition("/")[0] or "/"
        assert paths.get(parent) == node.parent_id, f"{node.path} hangs in the air"


def test_one_of_many_makes_a_node() -> None:
    errors = at_once(*[lambda: tree.create(DAM / "same")] * 8)
    assert len(errors) == 7
    assert all(isinstance(err, NodeExists) for err in errors)


def test_nothing_is_made_below_what_is_being_deleted_or_moved() -> None:
    rng = random.Random(7)

    def make() -> None:
        tree.create(DAM / "a" / f"x{rng.random()}", children={"c": NodeSpec()})

    for _ in range(5):
        tree.create(DAM / "a")
        at_once(*[make] * 4, lambda: tree.move(DAM / "a", DAM / "b"), *[make] * 4, lambda: tree.delete(DAM / "a"))
        for path in (DAM / "a", DAM / "b"):
            if tree.exists(path):
                tree.delete(path)
        check_whole()


def test_the_feed_of_changes_is_in_the_order_of_commits() -> None:
    seen: list[int] = []
    lock = threading.Lock()

    def follow() -> None:
        with lock:
            found = changes.since(seen[-1] if seen else 0)
            seen.extend(change.seq for change in found)

    def make(name: str) -> None:
        for number in range(10):
            tree.create(DAM / f"{name}{number}")
            follow()

    at_once(*[lambda name=name: make(name) for name in "pqrs"])
    follow()
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen))
    assert seen == [change.seq for change in changes.since(0)]


def test_a_job_is_claimed_by_one() -> None:
    for number in range(20):
        jobs.enqueue(f"asset-{number}", [])
    claimed: list[str] = []

    def claim() -> None:
        while found := jobs.claim(3, timedelta(seconds=60)):
            claimed.extend(found)

    at_once(*[claim] * 4)
    assert len(claimed) == len(set(claimed)) == 20
    assert set(claimed) == set(ProcessingJob.objects.values_list("id", flat=True))
