"""Which renditions a profile asks for, by the type of the file: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import mime_rules, profiles
from repository.errors import InvalidExpression
from repository.mime_rules import MimeRules
from repository.profiles import (
    DEFAULT_PROFILE,
    FULL,
    METADATA_RENDITION,
    ImageRendition,
    Part,
    Profile,
    VideoRendition,
    WorkerRendition,
)

WORKER = "https://x.adobeioruntime.net/api/v1/web/p/a"


def of(*rows: profiles.Row) -> Profile:
    return Profile("Test", rows)


@pytest.mark.parametrize(
    ("include", "exclude", "mime_type", "ruling", "expression"),
    [
        ("", "", "image/png", "included", ""),
        ("image/.*", "", "image/png", "included", "image/.*"),
        ("image/.*", "", "video/mp4", "not-included", ""),
        ("image/.*", "image/gif", "image/gif", "excluded", "image/gif"),
        ("image/gif", "image/.*", "image/gif", "excluded", "image/.*"),
        ("", "image/.*", "video/mp4", "included", ""),
        (" image/png , image/jpeg ", "", "image/jpeg", "included", "image/jpeg"),
        ("image/(png|gif)", "", "image/gif", "included", "image/(png|gif)"),
        ("image/[a-z]{3,4}", "", "image/jpeg", "included", "image/[a-z]{3,4}"),
        ("image/svg+xml", "", "image/svg+xml", "included", "image/svg+xml"),
        ("IMAGE/PNG", "", "image/png", "included", "IMAGE/PNG"),
        ("image", "", "image/png", "not-included", ""),
        ("image/.*", "", "", "not-included", ""),
    ],
)
def test_excluded_types_are_looked_at_before_included_ones(
    include: str, exclude: str, mime_type: str, ruling: str, expression: str
) -> None:
    judgement = MimeRules(include, exclude).judge(mime_type)
    assert (judgement.ruling, judgement.expression) == (ruling, expression)


@pytest.mark.parametrize("broken", ["*/*", "image/(", "[", "(?P<", "a" * 300, "(" * 150 + ")" * 149])
def test_a_broken_expression_matches_nothing_and_is_reported(broken: str) -> None:
    rules = MimeRules(f"{broken},image/png", broken)
    assert rules.judge("image/png").takes
    assert rules.judge("image/png").unreadable == (broken, broken)
    assert not MimeRules(broken).judge("image/png").takes
    with pytest.raises(InvalidExpression):
        mime_rules.checked(broken)


def test_a_wildcard_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(InvalidExpression, match=r"write image/\.\*"):
        mime_rules.checked("image/png, image/*")
    assert mime_rules.checked(" image/.* ,, video/mp4 ") == "image/.*,video/mp4"


def test_an_expression_cannot_hold_up_anything() -> None:
    rules = MimeRules(r"(x+x+)+y|((a|a)+)+c|image/(.*.*.*)*z")
    assert not rules.judge("image/" + "x" * 120 + "a" * 120).takes


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_any_text_is_judged(include: str, exclude: str, mime_type: str) -> None:
    judgement = MimeRules(include, exclude).judge(mime_type)
    assert judgement.ruling in {"included", "excluded", "not-included"}
    assert judgement.takes or judgement.ruling != "included"


@given(st.lists(st.sampled_from(["image/png", "image/jpeg", "video/mp4"]), max_size=4), st.sampled_from(["image/png"]))
def test_an_excluded_type_is_never_taken(include: list[str], mime_type: str) -> None:
    assert not MimeRules(",".join(include), mime_type).judge(mime_type).takes


@pytest.mark.parametrize(
    ("row", "instructions"),
    [
        (ImageRendition("a.png", "png"), {"fmt": "png"}),
        (ImageRendition("a.jpeg", "jpeg", 10, 20, 80), {"fmt": "jpeg", "width": 10, "height": 20, "quality": 80}),
        (ImageRendition("a.webp", "webp", 10, None, 80), {"fmt": "webp", "width": 10, "quality": 80}),
        (ImageRendition("a.png", "png", quality=80), {"fmt": "png"}),
        (ImageRendition("a.gif", "gif", quality=80), {"fmt": "gif"}),
        (
            ImageRendition("a.png", "png", 10, 20, smart_crop=True),
            {"fmt": "png", "width": 10, "height": 20, "smartCrop": True},
        ),
        (
            VideoRendition("a.mp4", 640, 360, 800),
            {"fmt": "mp4", "codec": "h264", "width": 640, "height": 360, "bitrate": 800},
        ),
        (
            WorkerRendition("Circle", "png", WORKER, {"size": "1000", "contrast": "0.25"}),
            {"worker": WORKER, "fmt": "png", "size": "1000", "contrast": "0.25"},
        ),
        (WorkerRendition("Tags", "xml", WORKER, creates_metadata=True), {"worker": WORKER, "fmt": "xmp"}),
        (
            WorkerRendition("Sly", "png", WORKER, {"worker": "http://x/", "target": "y", "fmt": "z", "userData": "u"}),
            {"worker": WORKER, "fmt": "png"},
        ),
    ],
)
def test_a_row_becomes_instructions(row: profiles.Row, instructions: dict[str, object]) -> None:
    assert row.instructions == instructions


@pytest.mark.parametrize(
    ("name", "extension", "file_name"),
    [("Circle", "png", "Circle.png"), ("circle.png", "png", "circle.png"), ("circle.PNG", "png", "circle.PNG")],
)
def test_a_custom_rendition_is_called_after_name_and_extension(name: str, extension: str, file_name: str) -> None:
    assert WorkerRendition(name, extension, WORKER).file_name == file_name


def test_the_default_profile_always_runs() -> None:
    assert profiles.requested("image/png") == DEFAULT_PROFILE
    profile = of(ImageRendition("web.webp", "webp", rules=MimeRules("video/.*")))
    assert profiles.requested("image/png", profile) == DEFAULT_PROFILE
    names = [rendition.name for rendition in profiles.requested("video/mp4", profile)]
    assert names == [*(default.name for default in DEFAULT_PROFILE), "web.webp"]


def test_a_row_takes_the_place_of_the_default_rendition_of_its_name() -> None:
    profile = of(ImageRendition("cq5dam.web.1280.1280.jpeg", "jpeg", 1000))
    found = {rendition.name: rendition.instructions for rendition in profiles.requested("image/png", profile)}
    assert len(found) == len(DEFAULT_PROFILE)
    assert found["cq5dam.web.1280.1280.jpeg"] == {"fmt": "jpeg", "width": 1000}
    assert "cq5dam.web.1280.1280.jpeg" not in {
        rendition.name for rendition in profiles.requested("image/png", profile, frozenset({Part.DEFAULT_RENDITIONS}))
    }


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (Part.METADATA, {METADATA_RENDITION}),
        (Part.PROFILES, {"web.webp"}),
        (Part.DEFAULT_RENDITIONS, {default.name for default in DEFAULT_PROFILE} - {METADATA_RENDITION}),
    ],
)
def test_parts_can_be_asked_for_alone(part: Part, names: set[str]) -> None:
    profile = of(ImageRendition("web.webp", "webp"))
    assert {rendition.name for rendition in profiles.requested("image/png", profile, frozenset({part}))} == names


def test_the_parts_make_up_the_whole() -> None:
    profile = of(ImageRendition("web.webp", "webp"), WorkerRendition("Circle", "png", WORKER))
    every = {rendition.name for part in Part for rendition in profiles.requested("a/b", profile, frozenset({part}))}
    assert every == {rendition.name for rendition in profiles.requested("a/b", profile, FULL)}


def test_why_there_is_no_rendition() -> None:
    profile = of(
        ImageRendition("a.png", rules=MimeRules("image/.*", "image/gif")),
        ImageRendition("b.png", rules=MimeRules("video/.*")),
        ImageRendition("c.png", rules=MimeRules("", "[")),
        ImageRendition("c.png"),
        ImageRendition("original"),
        ImageRendition("a/b.png"),
        WorkerRendition("w", "png", "nonsense"),
    )
    found = [(verdict.rendition, verdict.reason) for verdict in profiles.verdicts("image/gif", profile)]
    assert found == [
        ("a.png", "excluded"),
        ("b.png", "not-included"),
        ("c.png", "requested"),
        ("c.png", "clash"),
        ("original", "invalid"),
        ("a/b.png", "invalid"),
        ("w.png", "no-endpoint"),
    ]
    first, second, third, *_ = profiles.verdicts("image/gif", profile)
    assert (first.detail, second.detail, third.unreadable) == ("image/gif", "video/.*", ("[",))


names = st.sampled_from(["a.png", "b.png", "cq5dam.web.1280.1280.jpeg", "original", "x/y"])


@given(st.lists(names, max_size=8), st.sampled_from(["image/png", "video/mp4"]))
def test_no_two_requested_renditions_have_one_name(rows: list[str], mime_type: str) -> None:
    profile = of(*(ImageRendition(name) for name in rows))
    requested = [rendition.name for rendition in profiles.requested(mime_type, profile)]
    assert len(requested) == len(set(requested))
    assert {"original", "x/y"}.isdisjoint(requested)
    verdicts = profiles.verdicts(mime_type, profile)
    assert len(verdicts) == len(rows)
    assert {verdict.rendition for verdict in verdicts if verdict.is_requested} <= set(requested)
