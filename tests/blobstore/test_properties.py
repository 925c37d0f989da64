"""Properties that hold for any name, range and list, found by hypothesis."""

import sqlite3
import string
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import ParamSpec, TypeVar
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blobstore import addresses, blobs, conditions, containers, listings, ranges
from blobstore.addresses import Address
from blobstore.blobs import Attributes, Blob, Write
from blobstore.conditions import NONE, Conditions, State
from blobstore.contents import Staged
from blobstore.errors import AzureError
from blobstore.index import _SCHEMA
from blobstore.listings import Asked, Page, Prefix

P = ParamSpec("P")
T = TypeVar("T")

NAME = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40)
SHORT = st.text("ab/é\U0010ffff", min_size=1, max_size=6)


def outcome(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[T | None, int]:
    """What a call returns, or the status of its error."""
    try:
        return call(*args, **kwargs), 200
    except AzureError as err:
        return None, err.status


@given(NAME)
def test_every_name_comes_back_from_its_path(name: str) -> None:
    path = f"/account/container/{quote(name, safe='')}"
    assert addresses.parse(path, of_container=False) == Address("account", "container", name)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.booleans())
def test_any_path_is_an_address_or_an_error_of_azure(path: str, of_container: bool) -> None:
    for sent in (quote(path), quote(path, safe=string.printable), "/" + quote(path, safe="/%")):
        found, status = outcome(addresses.parse, sent, of_container=of_container)
        assert status in (200, 400)
        assert found is None or "\x00" not in (found.blob or "")


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_range_is_the_slice_of_python(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    found, status = outcome(ranges.of, {"range": f"bytes={first}-{last}"}, size, "range")
    if status == 416:
        assert first >= size
    elif found is None:
        assert last < first
    else:
        assert content[found[0] : found[1]] == content[first : last + 1] != b""


@given(st.text(max_size=20), st.integers(0, 5))
def test_any_range_header_is_a_range_nothing_or_416(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        found, status = outcome(ranges.of, {"range": text}, size, "range")
        assert status in (200, 416)
        assert found is None or 0 <= found[0] < found[1] <= size


@pytest.fixture(scope="module")
def db() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(_SCHEMA)
    yield connection
    connection.close()


@given(
    st.sets(SHORT, max_size=12),
    st.sets(SHORT, max_size=4),
    st.sampled_from(["", "a", "a/", "é", "\U0010ffff"]),
    st.sampled_from(["", "/", "ab"]),
    st.integers(1, 5),
)
def test_pages_add_up_to_the_sorted_names(  # noqa: PLR0917 - what hypothesis draws
    db: sqlite3.Connection, names: set[str], staged: set[str], prefix: str, delimiter: str, limit: int
) -> None:
    db.execute("BEGIN")
    try:
        container = containers.create(db, "listed", {}, "").id
        for name in names:
            blobs.put(db, Write("listed", name, Attributes(), NONE), Staged(0, data=b""))
        for name in staged:
            db.execute("INSERT INTO blocks VALUES (?, ?, 'AAAA', 1, 1, 1)", (container, name))
        assert drained(db, container, Asked(prefix, delimiter, limit=limit, uncommitted=True)) == expected(
            names | staged, prefix, delimiter
        )
    finally:
        db.execute("ROLLBACK")


def drained(db: sqlite3.Connection, container: int, asked: Asked) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    page = Page(next="\0")
    while page.next:
        start = "" if page.next == "\0" else listings.from_marker(listings.marker(page.next))
        page = listings.page(db, container, Asked(asked.prefix, asked.delimiter, start, asked.limit, asked.uncommitted))
        assert len(page.entries) <= asked.limit
        found += [(entry.name, isinstance(entry, Prefix)) for entry in page.entries]
    return found


def expected(names: set[str], prefix: str, delimiter: str) -> list[tuple[str, bool]]:
    rows = set()
    for name in names:
        if name.startswith(prefix):
            rest = name[len(prefix) :]
            head, cut, _ = rest.partition(delimiter) if delimiter else (rest, "", "")
            rows.add((prefix + head + cut, bool(cut)))
    return sorted(rows)


@given(st.integers(0, 2**31), st.integers(0, 2**31), st.booleans())
def test_times_compare_in_whole_seconds(moment: int, other: int, since: bool) -> None:
    name = "if-modified-since" if since else "if-unmodified-since"
    found = conditions.of({name: formatdate(other, usegmt=True)})
    state = State('"0x1"', moment)
    assert (found.failed_changed(state), found.failed_unchanged(state)) == (
        since and moment <= other,
        not since and moment > other,
    )


@given(st.sampled_from(['"0x1"', "0x1", '"0x2"', "*", '"0x2", "0x1"', 'W/"0x1"']), st.booleans())
def test_etags_match_with_and_without_quotes(wanted: str, match: bool) -> None:
    state = State('"0x1"', 0)
    found = Conditions(if_match=wanted) if match else Conditions(if_none_match=wanted)
    same = "0x1" in wanted or wanted == "*"
    assert (found.failed_unchanged(state) if match else found.failed_changed(state)) == (match != same)


def test_a_blob_s_state_is_its_etag_and_time() -> None:
    blob = Blob("n", '"0x1"', 1, 2, 3, None, None, Attributes())
    assert blob.state == State('"0x1"', 2)
