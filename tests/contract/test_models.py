"""The wire models: every spelling, unknown fields kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contract import jsontext
from contract.events import JournalPage, RenditionEvent
from contract.process import MultipartTarget, ProcessRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_json_text_comes_back(value: Any) -> None:
    text = jsontext.dumps(value)
    assert "\0" not in text
    assert jsontext.loads(text) == value


def test_json_text_takes_what_javascript_takes() -> None:
    assert jsontext.loads(b'"\\ud800"') == "\ud800"
    assert jsontext.dumps("\ud800") == '"\\ud800"'
    for text in (b"NaN", b"", b"[", b"[" * 3000, b"\xff"):
        with pytest.raises(ValueError, match=r"."):
            jsontext.loads(text)


@pytest.mark.parametrize("name", ["mimetype", "mimeType", "type"])
def test_spellings_of_the_source_type(name: str) -> None:
    request = ProcessRequest.model_validate({"source": {"url": "u", name: "image/png"}, "renditions": [{}]})
    assert request.source
    assert request.source.mimetype == "image/png"


def test_unknown_instructions_are_kept_and_targets_are_told_apart() -> None:
    target = {"urls": ["https://x/1"], "minPartSize": 1, "maxPartSize": 2, "multipartHeaders": {"a": "b"}}
    request = ProcessRequest.model_validate({"source": "u", "renditions": [{"target": target, "crop": "1"}, None]})
    (rendition,) = request.renditions
    assert isinstance(rendition.target, MultipartTarget)
    assert rendition.model_extra == {"crop": "1"}
    with pytest.raises(ValidationError):
        rendition.name = "frozen"


@pytest.mark.parametrize(
    "metadata",
    [
        {"tiff:imageWidth": 5, "tiff:imageHeight": 6},
        {"tiff:ImageWidth": 5, "tiff:ImageLength": 6},
    ],
)
def test_spellings_of_the_dimensions(metadata: dict[str, int]) -> None:
    event = RenditionEvent.model_validate({"type": "rendition_created", "metadata": {"repo:size": 7, **metadata}})
    assert event.metadata
    assert (event.metadata.width, event.metadata.height, event.metadata.size) == (5, 6, 7)
    assert not event.failed


def test_a_page_of_the_journal() -> None:
    page = JournalPage.model_validate({"events": [{"position": "p", "event": {}}], "_page": {"last": "p", "count": 1}})
    assert page.page
    assert page.page.last == page.events[0].position == "p"
