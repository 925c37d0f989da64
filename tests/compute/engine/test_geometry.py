"""Sizes and boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from compute.engine.geometry import Box, Size, shrink_factor, upright

lengths = st.integers(1, 20_000)
sizes = st.builds(Size, lengths, lengths)


@given(sizes, lengths, lengths)
def test_a_fitted_size_is_inside_its_bounds_and_never_larger(size: Size, width: int, height: int) -> None:
    fitted = size.fitted(width, height)
    assert fitted.width <= max(1, width)
    assert fitted.height <= max(1, height)
    assert size.covers(fitted)


@given(sizes, lengths)
def test_one_open_bound_binds_nothing(size: Size, width: int) -> None:
    assert size.fitted(width, None).width == min(size.width, width)
    assert size.fitted(None, None) == size


def test_proportions_are_kept() -> None:
    assert Size(4000, 3000).fitted(319, 319) == Size(319, 239)
    assert Size(4000, 3000).fitted(140, 100) == Size(133, 100)


def test_a_size_grows_only_when_told() -> None:
    assert Size(10, 20).fitted(100, 100) == Size(10, 20)
    assert Size(10, 20).fitted(100, 100, enlarge=True) == Size(50, 100)


@given(sizes, st.integers(-30_000, 30_000), st.integers(-30_000, 30_000), lengths, lengths)
def test_a_clipped_box_is_inside_or_none(size: Size, x: int, y: int, width: int, height: int) -> None:
    clipped = Box(x, y, width, height).clipped(size)
    if clipped is not None:
        assert clipped.x >= 0
        assert clipped.y >= 0
        assert clipped.x + clipped.width <= size.width
        assert clipped.y + clipped.height <= size.height


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_stored_box_holds_the_pixels_of_the_upright_box(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    stored = Image.frombytes("L", (7, 5), bytes(range(35)))
    shown = stored.transpose(turns[orientation]) if orientation > 1 else stored
    box = Box(1, 2, 3, 2)
    inner = box.stored(orientation, upright(Size(7, 5), orientation))
    cut = stored.crop((inner.x, inner.y, inner.x + inner.width, inner.y + inner.height))
    expected = shown.crop((box.x, box.y, box.x + box.width, box.y + box.height))
    turned = cut.transpose(turns[orientation]) if orientation > 1 else cut
    assert turned.tobytes() == expected.tobytes()


def test_a_decoder_shrinks_as_far_as_the_target_allows() -> None:
    whole = Box(0, 0, 6000, 4000)
    assert shrink_factor(whole, Size(2048, 1365)) == 2
    assert shrink_factor(whole, Size(3001, 2001)) == 1
    assert shrink_factor(whole, Size(48, 32)) == 8


def test_a_crop_that_would_fall_between_shrunk_pixels_is_decoded_in_full() -> None:
    assert shrink_factor(Box(3, 0, 4000, 4000), Size(100, 100)) == 1
    assert shrink_factor(Box(4, 8, 4000, 4000), Size(100, 100)) == 4
