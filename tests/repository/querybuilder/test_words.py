"""Full-text search terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.querybuilder.words import parse_words

TEXT = "Lava flows into the Ocean\nlava-rock_formation.JPG 溶岩流 Größe"


@pytest.mark.parametrize(
    "query",
    [
        "lava",
        "LAVA ocean",
        '"into the ocean"',
        "nothing OR lava",
        "lava -desert",
        "form*",
        "r?ck",
        "*cean",
        "rock",
        "rock-formation",
        "lava-rock_formation.jpg",
        "溶岩",
        "größe",
        "",
        "-",
    ],
)
def test_terms_that_are_there(query: str) -> None:
    assert parse_words(query).match(TEXT)


@pytest.mark.parametrize(
    "query", ["lav", "lava desert", '"ocean the"', "lava -ocean", "a OR b", "?rock", "*desert*", "溶流"]
)
def test_terms_that_are_not(query: str) -> None:
    assert not parse_words(query).match(TEXT)


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_term_can_be_searched(query: str, text: str) -> None:
    parse_words(query).match(text)
