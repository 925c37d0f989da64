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
BITRATE_MAXIMUM = 200_000  # kbit/s
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
        frame = _poster(container, _video(container, max_pixels))
        image = frame.to_image(width=_shown_width(frame), height=frame.height)
        return HeldPicture(image, wrap, _orientation(frame))


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A container, read from the file alone: playlists that name other files or hosts are not followed."""
    try:
        with av.open(str(path), options={"protocol_whitelist": "file", "enable_drefs": "0"}) as container:
            yield container
    except (FFmpegError, ValueError, EOFError) as err:
        raise SourceCorrupt(f"the media file can't be decoded: {_reason(err)}") from err


def preview(path: Path, instructions: Instructions, max_pixels: int, folder: Path) -> Rendition:
    """H.264 and AAC in MP4, fitted into 1280 × 1280 or what the instructions say, never enlarged.

    Raises RenditionFormatUnsupported without a video track, SourceCorrupt.
    """
    if instructions.codec and instructions.codec not in CODECS:
        raise RenditionFormatUnsupported(f"previews are made with h264, not {instructions.codec}")
    size_and_rate = (instructions.width or 0, instructions.height or 0, instructions.bitrate or 0)
    target = folder / f"preview-{'-'.join(map(str, size_and_rate))}.mp4"
    with opened(path) as source:
        stream = _video(source, max_pixels)
        with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as sink:
            size = _Transcoding(source, sink, stream, instructions).run()
    return Rendition(target, "video/mp4", None, size.width, size.height)


class _Transcoding:
    """One pass over the packets of a source: video scaled and re-timed, the first audio track re-encoded."""

    def __init__(self, source: Any, sink: Any, video: Any, instructions: Instructions) -> None:
        self._source = source
        self._sink = sink
        self._video = video
        self._audio = next((stream for stream in source.streams.audio if stream.codec_context.codec), None)
        self._instructions = instructions
        self._size = self._scaled = Size(0, 0)
        self._turn: Any = None
        self._out_video: Any = None
        self._out_audio: Any = None
        self._last_tick = -1

    def run(self) -> Size:
        if self._audio is not None:
            self._out_audio = self._sink.add_stream("aac", rate=48000, layout="stereo")
        rate = min(Fraction(self._video.average_rate or PREVIEW_RATE), PREVIEW_RATE)
        self._out_video = self._sink.add_stream("libx264", rate=rate)
        self._rate = rate
        frames = 0
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        for packet in self._source.demux(streams):
            for frame in packet.decode():
                if packet.stream is self._video:
                    frames += self._picture(frame)
                else:
                    self._sound(frame)
        if not frames:
            raise SourceCorrupt("the video has no decodable frame")
        self._sink.mux(self._out_video.encode(None))
        if self._out_audio is not None:
            self._sink.mux(self._out_audio.encode(None))
        return self._size

    def _picture(self, frame: Any) -> int:
        if not self._size.area:
            self._start_video(frame)
        tick = self._last_tick + 1 if frame.time is None else math.floor(frame.time * self._rate + 0.5)
        if tick <= self._last_tick:  # more frames than the preview shows
            return 0
        self._last_tick = tick
        scaled = self._turned(frame.reformat(width=self._scaled.width, height=self._scaled.height, format="yuv420p"))
        scaled.pts = tick
        scaled.time_base = 1 / self._rate
        scaled.pict_type = 0
        self._sink.mux(self._out_video.encode(scaled))
        return 1

    def _turned(self, frame: Any) -> Any:
        """Upright: the preview's players need not know about rotation."""
        if self._turn is None:
            return frame
        self._turn.push(frame)
        return self._turn.pull()

    def _start_video(self, frame: Any) -> None:
        wanted = self._instructions
        orientation = _orientation(frame)
        shown = upright(Size(_shown_width(frame), frame.height), orientation)
        bounds = (wanted.width, wanted.height) if wanted.width or wanted.height else (PREVIEW_BOX, PREVIEW_BOX)
        fitted = shown.fitted(*bounds).fitted(wanted.max_width, wanted.max_height)
        self._size = Size(max(2, fitted.width // 2 * 2), max(2, fitted.height // 2 * 2))
        self._scaled = upright(self._size, orientation)
        self._turn = _turning(self._scaled, orientation)
        self._out_video.width, self._out_video.height = self._size
        self._out_video.pix_fmt = "yuv420p"
        self._out_video.time_base = 1 / self._rate
        self._out_video.options = {"preset": "veryfast", "threads": "1", **self._rate_control()}

    def _rate_control(self) -> dict[str, str]:
        """Without a bitrate the same quality throughout; with one that on average, and never twice of it for long."""
        if not self._instructions.bitrate:
            return {"crf": _QUALITY}
        kilobits = min(self._instructions.bitrate, BITRATE_MAXIMUM)
        return {"b": f"{kilobits}k", "maxrate": f"{kilobits * 2}k", "bufsize": f"{kilobits * 2}k"}

    def _sound(self, frame: Any) -> None:
        frame.pts = None
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
        found = _frame_at(container, stream, start + seconds)
    except FFmpegError:
        found = None
    if found is None and seconds:
        container.seek(int(start * av.time_base))
        found = _frame_at(container, stream, start)
    if found is None:
        raise SourceCorrupt("the video has no decodable frame")
    return found


def _frame_at(container: Any, stream: Any, seconds: float) -> Any:
    """The first frame at or after a time, or the last of the frames that may be decoded on the way there."""
    found = None
    for found in itertools.islice(container.decode(stream), POSTER_FRAMES):
        if found.time is None or found.time >= seconds:
            break
    return found


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


def _shown_width(frame: Any) -> int:
    """Pixels that are not square are stretched to what is seen."""
    aspect = frame.sample_aspect_ratio if hasattr(frame, "sample_aspect_ratio") else None
    return max(1, round(frame.width * aspect)) if aspect else int(frame.width)


def _reason(err: BaseException) -> str:
    return getattr(err, "strerror", None) or str(err) or type(err).__name__
