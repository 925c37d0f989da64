"""Names of assets and folders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import names
from repository.errors import InvalidName


@pytest.mark.parametrize("character", names.INVALID_ASSET_CHARACTERS)
def test_characters_that_aem_refuses(character: str) -> None:
    with pytest.raises(InvalidName, match="contains"):
        names.asset_name(f"a{character}b.jpg")


@pytest.mark.parametrize("name", ["a b.jpg", "ÄÖ (1), x.JPG", "a+b=c;@$.png", "😀.webp", "_jcr_content.jpg", "a..b"])
def test_names_that_aem_takes(name: str) -> None:
    assert names.asset_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", " a", "a ", "a\x00", "a\tb", "x" * 256])
def test_names_that_no_node_can_have(name: str) -> None:
    with pytest.raises(InvalidName):
        names.asset_name(name)


@pytest.mark.parametrize(
    ("title", "name"),
    [("Sub #1 & co", "sub--1---co"), ("Größe.v2", "größe-v2"), ("a:b|c", "a-b-c"), ("Plain", "plain")],
)
def test_folder_names_that_the_ui_suggests(title: str, name: str) -> None:
    assert names.suggested_folder_name(title) == name


@pytest.mark.parametrize(
    ("file", "name"),
    [("Foto #1.JPG", "Foto -1.JPG"), ("a&b?.png", "a-b-.png"), ("C:\\x\\y.tif", "y.tif"), ("dir/z.gif", "z.gif")],
)
def test_asset_names_that_the_ui_suggests(file: str, name: str) -> None:
    assert names.suggested_asset_name(file) == name


@given(st.text(min_size=1, max_size=50))
def test_suggestions_are_never_refused_for_their_characters(text: str) -> None:
    for suggestion in (names.suggested_asset_name(text), names.suggested_folder_name(text)):
        assert not set(suggestion) & set(names.INVALID_ASSET_CHARACTERS)


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.PNG", "image/png"),
        ("a.tif", "image/tiff"),
        ("a.psd", "image/vnd.adobe.photoshop"),
        ("a.svg", "image/svg+xml"),
        ("a.mp4", "video/mp4"),
        ("a.pdf", "application/pdf"),
        ("cq5dam.web.1280.1280.jpeg", "image/jpeg"),
        ("noextension", "application/octet-stream"),
        ("a.docm", "application/vnd.ms-word.document.macroEnabled.12"),
        ("a.wma", "audio/x-ms-wma"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_mime_types_by_extension(name: str, mime_type: str) -> None:
    assert names.mime_type(name) == mime_type


@pytest.mark.parametrize("text", ["", "image", "image/", "a/b\r\nX: y", "image/png;", "a" * 300 + "/b", "é/b"])
def test_what_cannot_be_a_content_type(text: str) -> None:
    assert not names.is_mime_type(text)


def test_a_content_type_may_have_parameters() -> None:
    assert names.is_mime_type("text/plain; charset=utf-8")
