"""Lists narrowed by state, type and profile."""

import pytest
from django.http import QueryDict

from repository import assets, profile_store, tree
from repository.paths import NodePath
from repository.profiles import Profile
from repository.tree import NodeSpec
from repository.ui import listing
from repository.ui.filters import NO_PROFILE, Filters
from repository.ui.items import Asset, items
from repository.ui.listing import Order, Scope
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db

FAILED, NOT_APPLICABLE = "SourceCorrupt", "RenditionFormatUnsupported"


def shown(folder: NodePath, query: str, order: str = "name") -> list[str]:
    scope = Scope(tree.get(folder), Order.parse(order), "", Filters.parse(QueryDict(query)))
    nodes = listing.page(scope).nodes
    assert listing.total(scope) == len(nodes)
    return [node.name for node in nodes]


def processed(path: NodePath, mime_type: str, reason: str = "", rendition: str = "") -> None:
    """An asset as it is when its job has ended: with one failure, and with one web rendition."""
    assets.store(path, new_upload(9, mime_type))
    tree.set_properties(path / "jcr:content", {"dam:assetState": "processed"})
    if reason:
        failure = NodeSpec("nt:unstructured", {"reason": reason})
        tree.create(path / "jcr:content/dam:failedRenditions", "nt:unstructured", children={"x.png": failure})
    if rendition:
        tree.create(path / "jcr:content/renditions" / rendition, "nt:file")


@pytest.fixture
def every(folder: NodePath) -> NodePath:
    """An asset in each state, of several types, one of them deeper."""
    assets.create_folder(folder / "deep")
    assets.store(folder / "processing.png", new_upload(9, "image/png"))
    processed(folder / "ready.jpg", "image/jpeg")
    processed(folder / "sound.mp3", "audio/mpeg", NOT_APPLICABLE)
    processed(folder / "partial.mp4", "video/mp4", FAILED, "cq5dam.web.1280.1280.jpeg")
    processed(folder / "deep" / "failed.pdf", "application/pdf", FAILED)
    processed(folder / "odd.bin", "application/octet-stream")
    tree.set_properties(folder / "odd.bin/jcr:content", {"dam:assetState": None})
    return folder


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=processing", ["processing.png"]),
        ("state=failed", ["failed.pdf"]),
        ("state=partial&state=failed", ["failed.pdf", "partial.mp4"]),
        ("state=ready", ["ready.jpg", "sound.mp3"]),
        ("state=unprocessed", ["odd.bin"]),
        ("type=image", ["processing.png", "ready.jpg"]),
        ("type=document&type=video", ["failed.pdf", "partial.mp4"]),
        ("type=other", ["odd.bin"]),
        ("type=image&state=ready", ["ready.jpg"]),
        ("type=nonsense", ["deep", "odd.bin", "partial.mp4", "processing.png", "ready.jpg", "sound.mp3"]),
    ],
)
def test_each_filter_lets_through_what_is_so(every: NodePath, query: str, expected: list[str]) -> None:
    assert shown(every, query) == expected


def test_the_state_of_the_filter_is_the_state_that_items_show(every: NodePath) -> None:
    for state in ("failed", "partial", "processing", "unprocessed", "ready"):
        scope = Scope(tree.get(every), Order(), "", Filters(states=(state,)))
        found = [item for item in items(listing.page(scope).nodes) if isinstance(item, Asset)]
        assert found
        assert {item.state for item in found} == {state}


def test_sorted_by_state_what_needs_somebody_comes_first(every: NodePath) -> None:
    assert shown(every, "", "state") == ["deep", "partial.mp4", "processing.png", "odd.bin", "ready.jpg", "sound.mp3"]


def test_the_nearest_profile_above_counts(every: NodePath) -> None:
    outer = profile_store.create(Profile("Outer"))
    inner = profile_store.create(Profile("Inner"))
    assert len(shown(every, f"profile={NO_PROFILE}")) == 6
    profile_store.assign(every, NodePath(outer.path))
    profile_store.assign(every / "deep", NodePath(inner.path))
    assert shown(every, f"profile={inner.path}") == ["failed.pdf"]
    assert "failed.pdf" not in shown(every, f"profile={outer.path}")
    assert len(shown(every, f"profile={outer.path}")) == 5
    assert shown(every, f"profile={NO_PROFILE}") == []
    assert shown(every, "profile=/conf/none") == []
