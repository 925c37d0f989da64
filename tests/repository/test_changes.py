"""The feed of changes."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from repository import changes, tree
from repository.models import Change
from repository.paths import DAM, NodePath

pytestmark = pytest.mark.django_db


def after(seq: int, under: NodePath = DAM) -> list[tuple[str, str]]:
    return [(change.path, change.kind) for change in changes.since(seq, under)]


def test_every_write_is_in_the_feed(folder: NodePath) -> None:
    seq = changes.latest_seq()
    a, b = folder / "a", folder / "b"
    tree.create(a, "sling:OrderedFolder")
    tree.set_properties(a, {"x": 1})
    tree.set_properties(a, {"x": 1})
    tree.move(a, b)
    tree.create(b / "c")
    tree.reorder(b / "c", "first")
    tree.delete(b)
    assert after(seq) == [
        (a, "created"),
        (a, "modified"),
        (a, "deleted"),
        (b, "created"),
        (b / "c", "created"),
        (b, "reordered"),
        (b, "deleted"),
    ]


def test_a_reader_sees_what_is_below_its_path(folder: NodePath) -> None:
    seq = changes.latest_seq()
    tree.create(folder / "a")
    tree.create(folder / "ab")
    tree.create(folder / "a/b")
    assert after(seq, folder / "a") == [(folder / "a", "created"), (folder / "a/b", "created")]
    assert len(changes.since(seq, limit=2)) == 2


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_only() -> None:
    rung: list[int] = []
    path = DAM / "belled"
    unsubscribe = changes.subscribe(lambda: rung.append(changes.latest_seq()))
    try:
        with transaction.atomic():
            tree.create(path)
            assert not rung
        assert rung == [changes.latest_seq()]
        with pytest.raises(ZeroDivisionError):
            _delete_and_fail(path)
        assert len(rung) == 1
    finally:
        unsubscribe()
    tree.delete(path)
    assert len(rung) == 1


def _delete_and_fail(path: NodePath) -> None:
    with tree.writing():
        tree.delete(path)
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_a_failing_subscriber_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    rung: list[int] = []

    def fail() -> None:
        raise RuntimeError("broken page")

    ends = [changes.subscribe(fail), changes.subscribe(lambda: rung.append(1))]
    try:
        tree.create(DAM / "still-made")
    finally:
        for end in ends:
            end()
    assert rung
    assert "broken page" in caplog.text
    assert tree.exists(DAM / "still-made")


def test_old_changes_are_forgotten_but_the_newest_stays(folder: NodePath) -> None:
    tree.create(folder / "a")
    newest = changes.latest_seq()
    Change.objects.update(at=timezone.now() - changes.RETENTION - timedelta(seconds=1))
    changes.prune()
    assert changes.latest_seq() == changes.oldest_seq() == newest
    tree.create(folder / "b")
    assert changes.latest_seq() > newest
