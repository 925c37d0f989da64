"""Video and audio: poster frames, previews, metadata."""

import io
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy
import pytest
from av.stream import Disposition
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image

from compute.engine.rendition import Rendition
from tests.compute.engine.conftest import Workshop
from tests.compute.engine.samples import colour, decoded, near

RATE = 10
FADE = 3  # frames of black at the start


def video(
    path: Path,
    codec: str = "libx264",
    *,
    seconds: int = 3,
    size: tuple[int, int] = (320, 180),
    rate: int = RATE,
    sound: bool = True,
    silence_from: float = 0,
    aspect: Fraction | None = None,
    matrix: Colorspace | None = None,
    full_range: bool = False,
    wide: bool = False,
) -> bytes:
    """Black for a moment, then a red left and a blue right half; with silence on a track of its own. `wide`: what is
    white in hybrid log-gamma instead of red and blue.
    """
    reds, blues = ((192, 192, 192),) * 2 if wide else ((220, 20, 20), (20, 20, 220))
    frame = numpy.zeros((size[1], size[0], 3), dtype=numpy.uint8)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        context = stream.codec_context
        if aspect:
            context.sample_aspect_ratio = aspect
        if matrix or wide:
            context.colorspace = Colorspace.ITU709 if wide else matrix
            context.color_range = ColorRange.JPEG if full_range else ColorRange.MPEG
        if wide:
            context.color_trc, context.color_primaries = ColorTrc.ARIB_STD_B67, ColorPrimaries.BT2020
        track: Any = container.add_stream("aac", rate=48000, layout="mono") if sound else None
        container.metadata["title"] = "A film"
        for number in range(seconds * rate):
            if number == FADE:
                frame[:, : size[0] // 2], frame[:, size[0] // 2 :] = reds, blues
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            if matrix:
                target = ColorRange.JPEG if full_range else ColorRange.MPEG
                picture = picture.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range=target)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
        if track is not None:
            _silence(container, track, seconds, silence_from)
    return path.read_bytes()


def _silence(container: Any, track: Any, seconds: int, begin: float = 0) -> None:
    block = numpy.zeros((1, 1024), dtype=numpy.float32)
    for number in range(seconds * 48000 // 1024):
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate = 48000
        if begin:
            frame.time_base, frame.pts = Fraction(1, 48000), round(begin * 48000) + number * 1024
        container.mux(track.encode(frame))
    container.mux(track.encode(None))


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp4", "libx264", RATE),
        ("a.mov", "libx264", RATE),
        ("a.mkv", "libx264", RATE),
        ("a.webm", "libvpx", RATE),
        ("a.avi", "mpeg4", RATE),
        ("a.mpg", "mpeg2video", 25),
        ("a.flv", "flv1", RATE),
    ],
)
def test_the_poster_is_a_frame_after_the_fade(
    vips_workshop: Workshop, tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    content = video(tmp_path / name, codec, rate=rate, sound=False)
    made = decoded(vips_workshop.render(content, name=name, fmt="png", width=160, height=160))
    assert made.size == (160, 90)
    assert near(colour(made, 0.2, 0.5), (220, 20, 20), 60)
    assert near(colour(made, 0.8, 0.5), (20, 20, 220), 60)


@pytest.mark.parametrize(
    ("codec", "kind"),
    [("prores_ks", "yuva444p10le"), ("libvpx-vp9", "yuva420p"), ("libvpx", "yuva420p"), ("qtrle", "argb")],
)
@pytest.mark.parametrize("level", [0, 255])
def test_the_poster_of_a_film_with_alpha(
    vips_workshop: Workshop, tmp_path: Path, codec: str, kind: str, level: int
) -> None:
    """`level`: of what surrounds the picture; a film without alpha has room for it, too."""
    pixels = numpy.full((96, 128, 4), level, dtype=numpy.uint8)
    pixels[20:70, 30:100] = (220, 20, 20, 255)
    path = tmp_path / ("a.webm" if codec.startswith("libvpx") else "a.mov")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, kind
        stream.options = {"auto-alt-ref": "0"} if codec.startswith("libvpx") else {}
        for _ in range(RATE):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format=kind)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    made = decoded(vips_workshop.render(path.read_bytes(), fmt="png"))
    assert made.mode == ("RGB" if level else "RGBA")
    assert near(colour(made, 0.5, 0.5), (220, 20, 20), 12)
    if not level:
        assert made.getpixel((5, 5))[3] < 10  # type: ignore[index]
    assert near(colour(decoded(vips_workshop.render(path.read_bytes(), fmt="jpeg")), 0.05, 0.05), (255, 255, 255), 8)


def test_a_turned_phone_video_has_an_upright_poster_and_preview(vips_workshop: Workshop, tmp_path: Path) -> None:
    content = bytearray(video(tmp_path / "a.mp4"))
    header = content.index(b"tkhd")
    matrix = header + 4 + 4 + 20 + 16  # version and flags, times and ids, layer to volume
    turned = [0, 0x10000, 0, -0x10000 & 0xFFFFFFFF, 0, 0, 0, 0, 0x40000000]
    content[matrix : matrix + 36] = b"".join(value.to_bytes(4, "big") for value in turned)
    made = decoded(vips_workshop.render(bytes(content), fmt="png"))
    assert made.size == (180, 320)
    assert near(colour(made, 0.5, 0.2), (220, 20, 20), 60)
    preview = vips_workshop.render(bytes(content), fmt="mp4")
    assert _shown(preview)[0] == (180, 320)


def test_pixels_that_are_not_square_are_stretched(vips_workshop: Workshop, tmp_path: Path) -> None:
    """As of television and tape: 16:9 in 4:3."""
    content = video(tmp_path / "a.mp4", size=(240, 180), aspect=Fraction(4, 3))
    assert decoded(vips_workshop.render(content, fmt="png")).size == (320, 180)
    assert _shown(vips_workshop.render(content, fmt="mp4"))[0] == (320, 180)


def test_a_transport_stream_of_one_key_frame(vips_workshop: Workshop, tmp_path: Path) -> None:
    content = video(tmp_path / "a.ts", "libx264", rate=25)
    made = decoded(vips_workshop.render(content, name="unnamed", fmt="png"))
    assert made.size == (320, 180)
    preview = vips_workshop.render(content, name="unnamed", fmt="mp4")
    assert _shown(preview)[2] == 75
    assert _starts(preview)["video"] < 0.1, "it begins at once, whatever the clock of the recording says"


def test_sound_that_begins_later_does_so_in_the_preview(vips_workshop: Workshop, tmp_path: Path) -> None:
    content = video(tmp_path / "a.mp4", silence_from=1.0)
    preview = vips_workshop.render(content, fmt="mp4")
    with av.open(io.BytesIO(preview), "r") as container:
        track = container.streams.audio[0]
        sound = numpy.concatenate([frame.to_ndarray()[0] for frame in container.decode(track)])
    assert 0.9 < sound.size / 48000 - 3 < 1.1


@pytest.mark.parametrize(("matrix", "full"), [("ITU709", False), ("ITU601", False), ("ITU601", True)])
def test_colours_of_every_matrix_and_range(vips_workshop: Workshop, tmp_path: Path, matrix: str, full: bool) -> None:
    content = video(tmp_path / "a.mp4", matrix=Colorspace[matrix], full_range=full, sound=False)
    poster = decoded(vips_workshop.render(content, fmt="png"))
    last = _last_frame(vips_workshop.render(content, fmt="mp4"))
    assert (last.colorspace, last.color_range) == (Colorspace.ITU709, ColorRange.MPEG)
    preview = shown(last)
    for made in (poster, preview):
        assert near(colour(made, 0.2, 0.5), (220, 20, 20), 8)
        assert near(colour(made, 0.8, 0.5), (20, 20, 220), 8)


def test_high_dynamic_range_is_shown_in_srgb(vips_workshop: Workshop, tmp_path: Path) -> None:
    """Hybrid log-gamma, as phones record it: its white is at three quarters of the signal."""
    content = video(tmp_path / "a.mp4", wide=True, sound=False)
    grey = decoded(vips_workshop.render(content, fmt="png"))
    last = _last_frame(vips_workshop.render(content, fmt="mp4"))
    assert (last.color_trc, last.color_primaries) == (ColorTrc.BT709, ColorPrimaries.BT709)
    preview = shown(last)
    for made in (grey, preview):
        assert min(colour(made, 0.5, 0.5)) > 235


def test_the_preview_of_a_long_film_keeps_its_wide_colours_and_says_so(
    vips_workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compute.engine.video.NARROWED_SECONDS", 1)
    content = video(tmp_path / "a.mp4", wide=True, sound=False)
    with av.open(io.BytesIO(vips_workshop.render(content, fmt="mp4")), "r") as container:
        frame = next(container.decode(video=0))
        assert (frame.color_trc, frame.color_primaries) == (ColorTrc.ARIB_STD_B67, ColorPrimaries.BT2020)


def test_the_preview_plays_everywhere_and_is_never_enlarged(vips_workshop: Workshop, tmp_path: Path) -> None:
    outcome = vips_workshop.attempt(video(tmp_path / "a.mkv", size=(1920, 1080), seconds=1), fmt="mp4")
    assert isinstance(outcome, Rendition)
    assert (outcome.mimetype, outcome.width, outcome.height) == ("video/mp4", 1280, 720)
    assert isinstance(outcome.content, Path)
    content = outcome.content.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat"), "it starts before it is loaded"
    size, codecs, frames = _shown(content)
    assert (size, codecs, frames) == ((1280, 720), ["aac", "h264"], 10)
    small = vips_workshop.attempt(video(tmp_path / "b.mp4"), fmt="mp4")
    assert isinstance(small, Rendition)
    assert (small.width, small.height) == (320, 180)


def test_a_preview_takes_a_size(vips_workshop: Workshop, tmp_path: Path) -> None:
    assert _shown(vips_workshop.render(video(tmp_path / "a.mp4"), fmt="mp4", width=100))[0] == (100, 56)


def test_a_bitrate_is_kept(vips_workshop: Workshop, tmp_path: Path) -> None:
    source = noise(tmp_path / "a.mp4")
    sizes = {
        rate: len(vips_workshop.render(source, fmt="mp4", codec="h264", bitrate=rate)) for rate in (None, "200", 800)
    }
    assert 0.5 < sizes["200"] * 8 / 3 / 200_000 < 1.6
    assert 0.5 < sizes[800] * 8 / 3 / 800_000 < 1.6
    assert sizes[None] > 2 * sizes[800], "noise costs a lot where quality is kept"


def test_another_codec_is_unsupported(vips_workshop: Workshop, tmp_path: Path) -> None:
    content = video(tmp_path / "a.mp4", seconds=1, sound=False)
    assert vips_workshop.reason(content, fmt="mp4", codec="vp9") == "RenditionFormatUnsupported"
    assert vips_workshop.reason(content, fmt="mp4", bitrate="fast") == "GenericError"


def noise(path: Path) -> bytes:
    """Three seconds that can't be packed."""
    random = numpy.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(3 * RATE):
            frame = random.integers(0, 255, (180, 320, 3), dtype=numpy.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    return path.read_bytes()


def _last_frame(content: bytes) -> Any:
    with av.open(io.BytesIO(content), "r") as container:
        *_, last = container.decode(container.streams.video[0])
        return last


def shown(frame: Any) -> Image.Image:
    image: Image.Image = frame.to_image()
    return image


def _starts(content: bytes) -> dict[str, float]:
    """Seconds at which the tracks begin."""
    with av.open(io.BytesIO(content), "r") as container:
        return {stream.type: float((stream.start_time or 0) * (stream.time_base or 0)) for stream in container.streams}


def _shown(content: bytes) -> tuple[tuple[int, int], list[str], int]:
    with av.open(io.BytesIO(content), "r") as container:
        codecs = sorted(stream.codec_context.name for stream in container.streams)
        stream = container.streams.video[0]
        return (stream.width, stream.height), codecs, sum(1 for _ in container.decode(stream))


def test_video_metadata(vips_workshop: Workshop, tmp_path: Path) -> None:
    xml = vips_workshop.render(video(tmp_path / "a.mp4"), fmt="xmp").decode()
    for part in (
        "<tiff:ImageWidth>320<",
        "<tiff:ImageLength>180<",
        "A film",
        "<dc:format>video/mp4<",
        ">h264<",
        ">Mono<",
    ):
        assert part in xml


@pytest.mark.parametrize(
    ("codec", "container", "expected"),
    [("aac", "adts", "audio/aac"), ("ac3", "ac3", "audio/ac3"), ("wmav2", "asf", "audio/x-ms-wma")],
)
def test_sound_of_broadcasters_and_players(vips_workshop: Workshop, codec: str, container: str, expected: str) -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as sink:
        stream = sink.add_stream(codec, rate=44100)
        assert isinstance(stream, av.AudioStream)
        stream.layout, stream.bit_rate = "stereo", 128_000
        for number in range(40):
            frame = av.AudioFrame.from_ndarray(numpy.zeros((2, 1024), dtype=numpy.float32), "fltp", "stereo")
            frame.rate, frame.pts = 44100, number * 1024
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    xml = vips_workshop.render(buffer.getvalue(), fmt="xmp").decode()
    for part in (
        f"<dc:format>{expected}<",
        "<xmpDM:audioSampleRate>44100<",
        "<dam:Duration>",
        ">Stereo<",
        f">{codec}<",
    ):
        assert part in xml
    assert vips_workshop.reason(buffer.getvalue(), fmt="png") == "RenditionFormatUnsupported"


def test_audio_has_metadata_and_no_picture(vips_workshop: Workshop) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setparams((2, 2, 44100, 0, "NONE", ""))
        sound.writeframes(bytes(44100 * 4))
    content = buffer.getvalue()
    xml = vips_workshop.render(content, name="a.wav", fmt="xmp").decode()
    for part in ("<dc:format>audio/x-wav<", "<xmpDM:audioSampleRate>44100<", "<dam:Duration>1.000<", ">Stereo<"):
        assert part in xml
    assert vips_workshop.reason(content, fmt="png") == "RenditionFormatUnsupported"
    assert vips_workshop.reason(content, fmt="mp4") == "RenditionFormatUnsupported"


def test_tags_of_ogg_and_covers_of_albums(vips_workshop: Workshop, tmp_path: Path) -> None:
    """Ogg has its tags at the track; a cover is no video."""
    ogg = tmp_path / "a.ogg"
    with av.open(str(ogg), "w") as container:
        track: Any = container.add_stream("libopus", rate=48000, layout="mono")
        track.metadata["title"] = container.metadata["title"] = "A song"
        _silence(container, track, 1)
    assert "A song" in vips_workshop.render(ogg.read_bytes(), fmt="xmp").decode()
    album = tmp_path / "a.mp3"
    with av.open(str(album), "w") as container:
        track = container.add_stream("libmp3lame", rate=48000, layout="mono")
        cover: Any = container.add_stream("png")
        cover.width, cover.height, cover.pix_fmt, cover.disposition = 64, 64, "rgb24", Disposition.attached_pic
        picture = numpy.zeros((64, 64, 3), dtype=numpy.uint8)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(cover.encode(None))
        _silence(container, track, 1)
    xml = vips_workshop.render(album.read_bytes(), fmt="xmp").decode()
    assert "<dam:AudioCodec>mp3<" in xml
    assert "tiff:ImageWidth" not in xml


def test_a_truncated_video_is_corrupt(vips_workshop: Workshop, tmp_path: Path) -> None:
    content = video(tmp_path / "a.mp4")
    assert vips_workshop.reason(content[: len(content) // 2], fmt="png") == "SourceCorrupt"
    assert vips_workshop.reason(content[: len(content) // 2], fmt="mp4") == "SourceCorrupt"


def test_a_picture_is_no_video(vips_workshop: Workshop) -> None:
    assert vips_workshop.reason(b"GIF89a....", fmt="mp4") == "RenditionFormatUnsupported"
