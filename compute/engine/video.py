"""Video by PyAV (FFmpeg's libraries): the poster frame, and a preview that every browser plays."""

import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
from av.error import FFmpegError
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from PIL import Image

from compute.engine.geometry import Size, upright
from compute.engine.instructions import Instructions
from compute.engine.pillow_raster import HeldPicture, Wrap
from compute.engine.rendition import Rendition
from compute.errors import RenditionFormatUnsupported, SourceCorrupt, SourceUnsupported

PREVIEW_BOX = 1280  # pixels, both ways
PREVIEW_RATE = Fraction(30)  # frames a second at most
POSTER_PART = 0.1  # of the duration, and at most POSTER_SECONDS: the first frames are often black
POSTER_SECONDS = 5.0
POSTER_FRAMES = 120  # decoded at most on the way from the key frame before
ASPECT_MAXIMUM = 4  # of a pixel; what files say beyond is damage
BITRATE_MAXIMUM = 200_000  # kbit/s
BROKEN_AT_FIRST = 50  # packets: a recording that begins between two key frames
SOUND_RATE = 48_000
SILENCE_MAXIMUM = 3600.0  # seconds
NARROWED_SECONDS = 120  # of video whose wide colours become narrow ones; a longer one leaves that to the player
UNSAID = 2  # of a colour space
STANDARD_HEIGHT = 576  # lines of television before high definition
_WIDE_CURVES = frozenset((ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67))
_WIDE_PRIMARIES = frozenset((ColorPrimaries.BT2020, ColorPrimaries.SMPTE431, ColorPrimaries.SMPTE432))
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
CODECS = frozenset(("h264", "avc", "avc1", "libx264"))
_QUALITY = "23"  # x264's constant rate factor
_FILTERS = {3: [("hflip", ""), ("vflip", "")], 6: [("transpose", "clock")], 8: [("transpose", "cclock")]}
_TURNS = {90: 8, 180: 3, 270: 6}

av.logging.set_level(av.logging.PANIC)


def open_poster(path: Path, wrap: Wrap, max_pixels: int) -> HeldPicture:
    """The poster frame as a picture.

    Raises SourceCorrupt for a damaged file, RenditionFormatUnsupported without a video track, SourceUnsupported over
    the limit of pixels.
    """
    with opened(path) as container:
        stream = _video(container, max_pixels)
        frame = _poster(container, stream)
        if frame is not None:
            return _picture(frame, stream, wrap)
    with opened(path) as container:  # where seeking leads nowhere, from the start
        stream = _video(container, max_pixels)
        frame = _frame_at(container, stream, 0)
        if frame is None:
            raise SourceCorrupt("the video has no decodable frame")
        return _picture(frame, stream, wrap)


def _picture(frame: Any, stream: Any, wrap: Wrap) -> HeldPicture:
    colours = {"dst_color_trc": ColorTrc.IEC61966_2_1, "dst_color_primaries": ColorPrimaries.BT709}
    shown = frame.reformat(
        width=_shown_width(frame, stream),
        height=frame.height,
        format="rgba" if _has_alpha(frame) else "rgb24",
        src_colorspace=_colourspace(frame),
        **(colours if _is_wide(frame) else {}),
    )
    return HeldPicture(_opaque_where_meant(Image.fromarray(shown.to_ndarray())), wrap, _orientation(frame))


def _has_alpha(frame: Any) -> bool:
    return frame.format.name != "pal8" and any(component.is_alpha for component in frame.format.components)


def _opaque_where_meant(image: Image.Image) -> Image.Image:
    """All or nothing of it seen through is no transparency, but room for it that nobody used."""
    used = image.mode == "RGBA" and image.getchannel("A").getextrema() not in {(0, 0), (255, 255)}
    return image if used else image.convert("RGB")


@contextmanager
def opened(path: Path, format: str | None = None) -> Iterator[Any]:
    """A container, read from the file alone: playlists that name other files or hosts are not followed."""
    try:
        with av.open(
            str(path), format=format, options={"protocol_whitelist": "file", "enable_drefs": "0"}
        ) as container:
            yield container
    except (FFmpegError, ValueError, EOFError) as err:
        raise SourceCorrupt(f"the media file can't be decoded: {_reason(err)}") from err


def still(path: Path, container_format: str, size: Size, *, alpha: bool) -> Image.Image:
    """A picture in one of FFmpeg's formats. Raises SourceCorrupt, also when it is not of the size that was checked."""
    with opened(path, format=container_format) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        frame = _frame_at(container, stream, 0)
        if frame is None or (frame.width, frame.height) != size:
            raise SourceCorrupt("the picture can't be decoded")
        return Image.fromarray(frame.to_ndarray(format="rgba" if alpha else "rgb24"))


def preview(path: Path, instructions: Instructions, max_pixels: int, folder: Path) -> Rendition:
    """H.264 and AAC in MP4, fitted into 1280 × 1280 or what the instructions say, never enlarged.

    Raises RenditionFormatUnsupported without a video track, SourceCorrupt.
    """
    if instructions.codec and instructions.codec not in CODECS:
        raise RenditionFormatUnsupported(f"previews are made with h264, not {instructions.codec}")
    size_and_rate = (instructions.width or 0, instructions.height or 0, instructions.bitrate or 0)
    target = folder / f"preview-{'-'.join(map(str, size_and_rate))}.mp4"
    with opened(path) as source:
        first = _frame_at(source, _video(source, max_pixels), 0)
    if first is None:
        raise SourceCorrupt("the video has no decodable frame")
    with opened(path) as source:
        stream = _video(source, max_pixels)
        with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as sink:
            size = _Transcoding(source, sink, stream, instructions).run(first)
    return Rendition(target, "video/mp4", None, size.width, size.height)


class _Transcoding:
    """One pass over the packets of a source: video scaled and re-timed, the first audio track re-encoded."""

    def __init__(self, source: Any, sink: Any, video: Any, instructions: Instructions) -> None:
        self._source = source
        self._sink = sink
        self._video = video
        self._audio = next((stream for stream in source.streams.audio if stream.codec_context.codec), None)
        self._instructions = instructions
        self._start = (source.start_time or 0) / av.time_base
        self._size = self._scaled = Size(0, 0)
        self._turn: Any = None
        self._reformatter = VideoReformatter()  # keeps the tables for colours from frame to frame
        self._scaler = VideoReformatter()
        self._narrows = (source.duration or 0) / av.time_base <= NARROWED_SECONDS
        self._out_video: Any = None
        self._out_audio: Any = None
        self._last_tick = -1
        self._is_silent = True

    def run(self, first: Any) -> Size:
        """`first`: a frame, which knows what the container may not: how the picture is turned."""
        if self._audio is not None:
            self._out_audio = self._sink.add_stream("aac", rate=SOUND_RATE, layout="stereo")
        named = max(self._video.average_rate or 0, self._video.guessed_rate or 0)
        self._rate = min(Fraction(named or PREVIEW_RATE), PREVIEW_RATE)
        self._out_video = self._sink.add_stream("libx264", rate=self._rate)
        self._start_video(first)
        frames = 0
        for is_picture, frame in self._decoded():
            if is_picture:
                frames += self._picture(frame)
            else:
                self._sound(frame)
        if not frames:
            raise SourceCorrupt("the video has no decodable frame")
        self._sink.mux(self._out_video.encode(None))
        if self._out_audio is not None:
            self._sink.mux(self._out_audio.encode(None))
        return self._size

    def _decoded(self) -> Iterator[tuple[bool, Any]]:
        """Frames and sound in their order. Broken packets are left out, as players do, unless most of them are."""
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        whole = broken = 0
        for packet in self._source.demux(streams):
            if not packet.size and packet.pts is not None:  # the frame before once more
                continue
            try:
                frames = packet.decode()
                whole += 1
            except FFmpegError as err:
                broken += 1
                if broken > whole + BROKEN_AT_FIRST:
                    raise SourceCorrupt(f"the media file can't be decoded: {_reason(err)}") from err
                continue
            yield from ((packet.stream is self._video, frame) for frame in frames)

    def _picture(self, frame: Any) -> int:
        tick = self._last_tick + 1
        if frame.time is not None:
            tick = math.floor((frame.time - self._start) * self._rate + 0.5)
        if tick <= self._last_tick:  # more frames than the preview shows
            return 0
        self._last_tick = tick
        scaled = self._turned(self._coloured(frame))
        scaled.pts = tick
        scaled.time_base = 1 / self._rate
        scaled.pict_type = 0
        self._sink.mux(self._out_video.encode(scaled))
        return 1

    def _coloured(self, frame: Any) -> Any:
        """In the size and the colours of the preview."""
        size = {"width": self._scaled.width, "height": self._scaled.height}
        colours: dict[str, Any] = {"src_colorspace": _colourspace(frame)}
        if self._narrows and _is_wide(frame):  # scaled first: a table of all colours is slow to pass through
            frame = self._scaler.reformat(frame, format=frame.format.name, **size)
            colours |= {"dst_color_trc": ColorTrc.BT709, "dst_color_primaries": ColorPrimaries.BT709}
        colours |= {"dst_colorspace": Colorspace.ITU709, "dst_color_range": ColorRange.MPEG}
        return self._reformatter.reformat(frame, format="yuv420p", **size, **colours)

    def _turned(self, frame: Any) -> Any:
        """Upright: the preview's players need not know about rotation."""
        if self._turn is None:
            return frame
        self._turn.push(frame)
        return self._turn.pull()

    def _start_video(self, frame: Any) -> None:
        wanted = self._instructions
        orientation = _orientation(frame)
        shown = upright(Size(_shown_width(frame, self._video), frame.height), orientation)
        bounds = (wanted.width, wanted.height) if wanted.width or wanted.height else (PREVIEW_BOX, PREVIEW_BOX)
        fitted = shown.fitted(*bounds).fitted(wanted.max_width, wanted.max_height)
        self._size = Size(max(2, fitted.width // 2 * 2), max(2, fitted.height // 2 * 2))
        self._scaled = upright(self._size, orientation)
        self._turn = _turning(self._scaled, orientation)
        self._out_video.width, self._out_video.height = self._size
        self._out_video.pix_fmt = "yuv420p"
        self._out_video.time_base = 1 / self._rate
        context = self._out_video.codec_context
        context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        if _is_wide(frame) and not self._narrows:
            context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
        self._out_video.options = {"preset": "veryfast", "threads": "1", **self._rate_control()}

    def _rate_control(self) -> dict[str, str]:
        """Without a bitrate the same quality throughout; with one that on average, and never twice of it for long."""
        if not self._instructions.bitrate:
            return {"crf": _QUALITY}
        kilobits = min(self._instructions.bitrate, BITRATE_MAXIMUM)
        return {"b": f"{kilobits}k", "maxrate": f"{kilobits * 2}k", "bufsize": f"{kilobits * 2}k"}

    def _sound(self, frame: Any) -> None:
        if self._is_silent and frame.time is not None:
            self._silence(frame, frame.time - self._start)
        self._is_silent = False
        frame.pts = None
        self._sink.mux(self._out_audio.encode(frame))

    def _silence(self, sound: Any, seconds: float) -> None:
        """Before a sound that begins later than the picture, in its format."""
        rate = sound.sample_rate
        samples = round(min(seconds, SILENCE_MAXIMUM) * rate)
        zero = b"\x80" if sound.format.name.startswith("u8") else b"\0"
        while samples > rate // 50:
            frame = av.AudioFrame(sound.format.name, sound.layout.name, min(samples, rate))
            frame.sample_rate = rate
            for plane in frame.planes:
                plane.update(zero * plane.buffer_size)
            samples -= frame.samples
            self._sink.mux(self._out_audio.encode(frame))


def _video(container: Any, max_pixels: int) -> Any:
    if not container.streams:
        raise SourceCorrupt("the media file has no readable track")
    stream = next((s for s in container.streams.video if s.codec_context and s.codec_context.codec), None)
    if stream is None:
        raise RenditionFormatUnsupported("the file has no video track that can be decoded")
    if stream.width * stream.height > max_pixels:
        raise SourceUnsupported(f"the video has {stream.width}×{stream.height} pixels; the limit is {max_pixels}")
    stream.codec_context.thread_count = 1
    return stream


def _poster(container: Any, stream: Any) -> Any:
    start = (container.start_time or 0) / av.time_base
    seconds = min(POSTER_SECONDS, POSTER_PART * (container.duration or 0) / av.time_base)
    try:
        if seconds:
            container.seek(int((start + seconds) * av.time_base))
        return _frame_at(container, stream, start + seconds)
    except FFmpegError:
        return None


def _frame_at(container: Any, stream: Any, seconds: float) -> Any:
    """The first frame at or after a time, or the last of the frames that may be decoded on the way there."""
    found = None
    for found in itertools.islice(_frames(container, stream), POSTER_FRAMES):
        if found.time is None or found.time >= seconds:
            break
    return found


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """With their alpha, which FFmpeg's own decoders of WebM leave out."""
    decoder = _WITH_ALPHA.get(stream.codec_context.name) if stream.metadata.get("alpha_mode") == "1" else None
    if decoder not in av.codecs_available:
        yield from container.decode(stream)
        return
    context: Any = av.CodecContext.create(decoder, "r")
    context.thread_count = 1
    for packet in container.demux(stream):
        yield from context.decode(packet)


def _colourspace(frame: Any) -> int | None:
    """Where the file does not say it: what cameras use for large pictures."""
    return Colorspace.ITU709 if frame.colorspace == UNSAID and frame.height > STANDARD_HEIGHT else None


def _is_wide(frame: Any) -> bool:
    """High dynamic range, or colours beyond those of sRGB."""
    return frame.color_trc in _WIDE_CURVES or frame.color_primaries in _WIDE_PRIMARIES


def _orientation(frame: Any) -> int:
    return _TURNS.get(round(frame.rotation) % 360, 1)


def _turning(size: Size, orientation: int) -> Any:
    """A filter for frames of a size; None when they are upright."""
    if orientation not in _FILTERS:
        return None
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=size.width, height=size.height, format=av.VideoFormat("yuv420p"), time_base=Fraction(1, 1000)
        )
    ]
    nodes += [graph.add(*step) for step in _FILTERS[orientation]]
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    return graph


def _shown_width(frame: Any, stream: Any) -> int:
    """Pixels that are not square are stretched to what is seen."""
    aspect = stream.sample_aspect_ratio
    usable = aspect and 1 / ASPECT_MAXIMUM <= aspect <= ASPECT_MAXIMUM
    return max(1, round(frame.width * aspect)) if usable else int(frame.width)


def _reason(err: BaseException) -> str:
    return getattr(err, "strerror", None) or str(err) or type(err).__name__
