"""Paths and names: one parser, and URLs that lose nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.errors import InvalidName, InvalidPath
from repository.paths import DAM, MAX_NAME_LENGTH, MAX_PATH_BYTES, PREFIXES, ROOT, NodeName, NodePath

_letters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/:[]|*")
_plain = st.text(_letters, min_size=1, max_size=40)
_tricky = st.sampled_from(
    [
        "_jcr_content",
        "__jcr_content",
        "___dc_x",
        "_jcr_",
        "jcr:_x_",
        "jcr:content",
        "_x_y",
        "a b",
        "%2F",
        "%",
        "😀",
        "é",
        "+",
    ]
)
_qualified = st.builds("{}:{}".format, st.sampled_from(sorted(PREFIXES)), _plain)


def _valid(text: str) -> bool:
    try:
        NodeName(text)
    except InvalidName:
        return False
    return True


names = st.one_of(
    _plain, _tricky, _qualified, st.builds("_{}_{}".format, st.sampled_from(["jcr", "dc"]), _plain)
).filter(_valid)
paths = st.lists(names, max_size=6).map(lambda parts: NodePath("/" + "/".join(parts)))


@given(paths)
def test_href_and_back_is_the_same_path(path: NodePath) -> None:
    assert NodePath.from_href(path.href) == path


@given(paths)
def test_href_is_ascii_without_what_urls_mistake(path: NodePath) -> None:
    assert path.href.isascii()
    assert not set(path.href) & set(' ?#"<>\\^`{|}:;&+')


@given(paths, names)
def test_a_child_knows_its_parent_and_name(path: NodePath, name: str) -> None:
    child = path / name
    assert child.parent == path
    assert child.name == NodeName(name)
    assert child.depth == path.depth + 1
    assert child.is_under(path)
    assert child.relative_to(path) == child.name
    assert child.ancestors[-1] == path


@given(paths, paths)
def test_is_under_is_what_the_index_range_says(path: NodePath, other: NodePath) -> None:
    lower, upper = other.below
    assert path.is_under(other) == (lower.encode() <= path.encode() < upper.encode())


@given(paths)
def test_descendants_lie_in_the_range(path: NodePath) -> None:
    for ancestor in path.ancestors:
        lower, upper = ancestor.below
        assert lower.encode() <= path.encode() < upper.encode()


@given(st.text(max_size=60))
def test_any_text_is_a_normal_path_or_refused(text: str) -> None:
    try:
        path = NodePath(text)
    except InvalidPath:
        return
    assert path == unicodedata.normalize("NFC", path)
    assert NodePath(path) == path
    assert ".." not in path.split("/")


@given(st.text(max_size=60))
def test_any_href_is_a_path_or_refused(text: str) -> None:
    try:
        path = NodePath.from_href(text)
    except InvalidPath:
        return
    assert NodePath.from_href(path.href) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "content",
        "/content/",
        "//",
        "/a//b",
        "/.",
        "/..",
        "/a/../b",
        "/a/./b",
        "/a\x00b",
        "/a\nb",
        "/ a",
        "/a ",
        "/a|b",
        "/a*",
        "/a[1]",
        "/:a",
        "/a:",
        "/a:b:c",
        "/\ud800",
        "/" + "x" * (MAX_NAME_LENGTH + 1),
        "/é" * MAX_PATH_BYTES,
    ],
)
def test_what_names_no_node_is_refused(text: str) -> None:
    with pytest.raises(InvalidPath):
        NodePath(text)


@pytest.mark.parametrize("href", ["/a%2Fb", "/a%2fb", "/a%00", "/a%zz", "/a%", "/%ff", "/a/%2e%2e/b", "relative"])
def test_hrefs_that_hide_something_are_refused(href: str) -> None:
    with pytest.raises(InvalidPath):
        NodePath.from_href(href)


def test_percent_decoding_happens_once() -> None:
    assert NodePath.from_href("/a%2520b") == "/a%20b"
    assert NodePath("/a%20b").href == "/a%2520b"


def test_decomposed_text_names_the_composed_node() -> None:
    assert NodePath("/e\u0301") == "/é"
    assert NodePath.from_href("/e%CC%81") == "/é"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/x.jpg/_jcr_content/renditions", "/x.jpg/jcr:content/renditions"),
        ("/x.jpg/jcr:content", "/x.jpg/jcr:content"),
        ("/x.jpg/jcr%3Acontent", "/x.jpg/jcr:content"),
        ("/__jcr_content", "/_jcr_content"),
        ("/_my_photo.jpg", "/_my_photo.jpg"),
        ("/_jcr_", "/_jcr_"),
        ("/content/dam/", "/content/dam"),
        ("/", "/"),
    ],
)
def test_urls_write_namespace_prefixes_between_underscores(written: str, meant: str) -> None:
    assert NodePath.from_href(written) == meant


def test_the_root_is_its_own_parent() -> None:
    assert ROOT.parent == ROOT
    assert ROOT.depth == 0
    assert not ROOT.is_under(ROOT)
    assert DAM.is_under(ROOT)
    assert ROOT / "content" / "dam" == DAM


def test_moved_keeps_what_is_below() -> None:
    assert NodePath("/a/b/c").moved(NodePath("/a"), NodePath("/x/y")) == "/x/y/b/c"
    assert NodePath("/a").moved(NodePath("/a"), NodePath("/x")) == "/x"


def test_a_prefix_of_the_name_is_no_ancestor() -> None:
    assert not NodePath("/a/bc").is_under(NodePath("/a/b"))
    with pytest.raises(InvalidPath):
        NodePath("/a/bc").relative_to(NodePath("/a/b"))


def test_only_relative_paths_can_be_appended() -> None:
    assert DAM / "x/jcr:content/metadata" == "/content/dam/x/jcr:content/metadata"
    with pytest.raises(InvalidPath):
        DAM / "/x"
