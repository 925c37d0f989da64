"""`/process` to the letter: every spelling of every documented field, through the service, as events tell of it."""

import base64
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.adobe import JournalReader, Json, png, png_source
from tests.compute.storage import Storage


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    with Storage() as running:
        yield running


def outcomes(adobe: httpx.Client, journal: JournalReader, *renditions: Json, **more: Any) -> list[Json]:
    """One event for each rendition, in the order of the request."""
    numbered = [{"name": f"{n}", **rendition, "userData": {"n": n}} for n, rendition in enumerate(renditions)]
    answer = adobe.post("/process", json={"renditions": numbered, **more}).raise_for_status()
    request_id = answer.json()["requestId"]
    events = journal.wait_for(len(renditions), request_id=request_id)
    assert [event["rendition"] for event in sorted(events, key=_number)] == [
        {name: value for name, value in rendition.items() if name != "target"} for rendition in numbered
    ]
    return sorted(events, key=_number)


def _number(event: Json) -> int:
    return int(event["rendition"]["userData"]["n"])


def embedded(**instructions: Any) -> Json:
    return {"fmt": "png", "embedBinaryLimit": 32768, **instructions}


def content(event: Json) -> bytes:
    return base64.b64decode(event["data"].partition(";base64,")[2])


def test_every_spelling_of_the_size(adobe: httpx.Client, journal: JournalReader) -> None:
    """The source has 64 × 48 pixels. The aspect ratio is kept, and nothing is made larger."""
    cases: list[tuple[Json, tuple[int, int]]] = [
        ({"width": 16, "height": 16}, (16, 12)),
        ({"wid": 16, "hei": 16}, (16, 12)),
        ({"width": "16", "height": "16"}, (16, 12)),
        ({"wid": "32"}, (32, 24)),
        ({"hei": 12}, (16, 12)),
        ({"width": 16, "wid": 64}, (16, 12)),
        ({"maxWidth": 16}, (16, 12)),
        ({"maxHeight": 12}, (16, 12)),
        ({"width": 640, "height": 480}, (64, 48)),
        ({}, (64, 48)),
        ({"crop": {"x": 0, "y": 0, "w": 10, "h": 20}}, (10, 20)),
    ]
    events = outcomes(adobe, journal, *[embedded(**given) for given, _ in cases], source=png_source())
    found = [(event["metadata"]["tiff:imageWidth"], event["metadata"]["tiff:imageHeight"]) for event in events]
    assert found == [size for _, size in cases]


def test_every_spelling_of_the_format(adobe: httpx.Client, journal: JournalReader) -> None:
    formats = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "JPEG": "image/jpeg"}
    formats |= {"gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff", "webp": "image/webp"}
    events = outcomes(
        adobe, journal, *[embedded(fmt=name, qlt=70, interlace=True) for name in formats], source=png_source()
    )
    assert [event["metadata"]["dc:format"] for event in events] == list(formats.values())
    sizes = [event["metadata"]["repo:size"] for event in events]
    assert sizes == [len(content(event)) for event in events]


def test_text_and_metadata_in_both_spellings(adobe: httpx.Client, journal: JournalReader) -> None:
    source = {"url": "data:text/plain;base64," + base64.b64encode(b"Some words.\n").decode(), "name": "a.txt"}
    text, txt, xmp = outcomes(adobe, journal, *[embedded(fmt=name) for name in ("text", "txt", "xmp")], source=source)
    assert content(text) == content(txt) == b"Some words.\n"
    assert text["data"].startswith("data:text/plain;charset=utf-8;base64,")
    assert (text["metadata"]["dc:format"], text["metadata"]["repo:encoding"]) == ("text/plain", "utf-8")
    assert b"<rdf:RDF" in content(xmp)


@pytest.mark.parametrize("spelling", ["type", "mimeType", "mimetype"])
def test_the_source_as_an_object(adobe: httpx.Client, journal: JournalReader, storage: Storage, spelling: str) -> None:
    """`headers` go with the download; what is said of the source wins over what its server says."""
    url = storage.source(f"/{spelling}", png())
    source = {"url": url, "name": "photo.png", "size": len(png()), spelling: "image/png", "headers": {"X-Own": "1"}}
    (event,) = outcomes(adobe, journal, embedded(), source=source)
    assert (event["type"], event["source"]) == ("rendition_created", url)
    assert [request.headers["x-own"] for request in storage.requests if request.path == f"/{spelling}"] == ["1"]


def test_targets_in_both_spellings(adobe: httpx.Client, journal: JournalReader, storage: Storage) -> None:
    whole, legacy, both = (f"{storage.url}/{name}" for name in ("whole", "legacy", "both"))
    events = outcomes(
        adobe,
        journal,
        {"fmt": "png", "target": whole},
        {"fmt": "png", "url": legacy},
        {"fmt": "png", "target": both, "url": f"{storage.url}/never"},
        {"fmt": "png", "target": storage.target("parts", 3, max_part_size=100)},
        source=png_source(),
    )
    assert [event["type"] for event in events] == ["rendition_created"] * 4
    assert storage.blocks["/whole"][:4] == storage.blocks["/legacy"][:4] == storage.blocks["/both"][:4] == b"\x89PNG"
    assert "/never" not in storage.blocks
    assert len(storage.uploaded("parts", 3)) == events[3]["metadata"]["repo:size"]
    assert [event.get("data") for event in events] == [None] * 4


def test_a_rendition_is_embedded_up_to_its_limit_only(
    adobe: httpx.Client, journal: JournalReader, storage: Storage
) -> None:
    """At most 32768, a whole number, and not less than the size; else the rendition is uploaded."""
    (event,) = outcomes(adobe, journal, embedded(), source=png_source())
    size = event["metadata"]["repo:size"]
    limits = {32768: True, size: True, size - 1: False, 0: False, -1: False, 32769: False, "32768": False, 99.5: False}
    events = outcomes(
        adobe,
        journal,
        *[
            {"fmt": "png", "embedBinaryLimit": limit, "target": f"{storage.url}/limit/{n}"}
            for n, limit in enumerate(limits)
        ],
        source=png_source(),
    )
    assert ["data" in event for event in events] == list(limits.values())
    uploaded = [f"/limit/{n}" in storage.blocks for n in range(len(limits))]
    assert uploaded == [not is_embedded for is_embedded in limits.values()]


def test_archives(adobe: httpx.Client, journal: JournalReader, storage: Storage) -> None:
    """No source; members by URL or as {url, path}; the same path twice is an error unless `duplicate` says ignore."""
    one, two = storage.source("/zip/one.txt", b"one"), storage.source("/zip/two.txt", b"two")
    same = [{"url": one, "path": "a/x.txt"}, {"url": two, "path": "a/x.txt"}]
    plain, ignored, refused, empty = outcomes(
        adobe,
        journal,
        embedded(fmt="zip", files=[one, {"url": two, "path": "deep/er/zwei.txt"}]),
        embedded(fmt="zip", files=same, duplicate="ignore"),
        embedded(fmt="zip", files=same),
        embedded(fmt="zip", files=[]),
    )
    assert _members(plain) == {"one.txt": b"one", "deep/er/zwei.txt": b"two"}
    assert _members(ignored) == {"a/x.txt": b"one"}
    assert refused["errorReason"] == empty["errorReason"] == "GenericError"
    assert "source" not in plain


def test_every_documented_reason(adobe: httpx.Client, journal: JournalReader, storage: Storage) -> None:
    target = f"{storage.url}/reasons"
    storage.refusals["/reasons/full"] = [413]
    unsupported, full, no_room, generic = outcomes(
        adobe,
        journal,
        {"fmt": "no-such-format", "target": target},
        {"fmt": "png", "target": f"{target}/full"},
        {"fmt": "png", "target": storage.target("small", 1, max_part_size=10)},
        {"fmt": "png", "width": "wide", "target": target},
        source=png_source(),
    )
    (corrupt,) = outcomes(adobe, journal, {"fmt": "png", "target": target}, source="data:image/png;base64,iVBORw0KGgo=")
    (empty,) = outcomes(adobe, journal, {"fmt": "png", "target": target}, source="data:image/png;base64,")
    huge = {"url": storage.source("/huge", b"x"), "size": 5 * 1024**3, "mimetype": "image/png"}
    (too_much,) = outcomes(adobe, journal, {"fmt": "png", "target": target}, source=huge)
    events = (unsupported, full, no_room, generic, corrupt, empty, too_much)
    assert [event["errorReason"] for event in events] == [
        "RenditionFormatUnsupported",
        "RenditionTooLarge",
        "RenditionTooLarge",
        "GenericError",
        "SourceCorrupt",
        "SourceCorrupt",
        "SourceUnsupported",
    ]
    assert all(event["errorMessage"] for event in events)


def test_user_data_of_both_levels(adobe: httpx.Client, journal: JournalReader) -> None:
    """Adobe's client finds its requests by the one and their renditions by the other."""
    own = {"assetComputeClient": {"id": "x"}, "deep": [1, {"a": None}], "n": 1.5}
    (event,) = outcomes(adobe, journal, embedded(), source=png_source(), userData=own)
    assert (event["userData"], event["rendition"]["userData"]) == (own, {"n": 0})
    (event,) = outcomes(adobe, journal, embedded(), source=png_source(), userData={})
    assert event["userData"] == {}
    (event,) = outcomes(adobe, journal, embedded(), source=png_source(), userData=None)
    assert event["userData"] == {"n": 0}


def _members(event: Json) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content(event))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
