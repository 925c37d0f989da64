"""One pipeline for all renditions of a job: cheap ones first, then the pictures from one decoding."""

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from compute.engine import metadata, writeback
from compute.engine.cascade import MIMETYPES, Cascade, Outcome
from compute.engine.formats import Kind
from compute.engine.geometry import Box, Size
from compute.engine.instructions import Instructions, parse
from compute.engine.limits import Limits
from compute.engine.pillow_raster import DECODER_ERRORS
from compute.engine.raster import Encoding, Picture
from compute.engine.rendition import Fetcher, Rendition, Report
from compute.engine.source import Source, open_picture, wrapper
from compute.engine.watermarks import Watermarks
from compute.errors import GenericError, RenditionError, RenditionFormatUnsupported, SourceCorrupt

_LOOKED_AT = 64  # pixels: all of a picture is decoded for it, as small as its decoder can


class Engine:
    """Renders the jobs of one process."""

    def __init__(self, limits: Limits, fetcher: Fetcher, report: Report) -> None:
        has_vips = importlib.util.find_spec("pyvips") is not None
        self._limits = replace(limits, use_vips=limits.use_vips and has_vips)
        self._fetcher = fetcher
        self._report = report

    def warm_up(self) -> None:
        """Load what every job needs, and use it once: the first job is as quick as the next, and limits set from here
        on count the jobs alone."""
        raster = wrapper(self._limits)(Image.new("RGB", (64, 64))).scaled(Size(32, 32))
        for fmt in ("jpeg", "png"):
            raster.encoded(Encoding(fmt))

    def render(self, source: Source | None, wanted: Mapping[int, dict[str, Any]], folder: Path) -> Iterator[Outcome]:
        """One outcome for each of the raw instructions, as soon as it is there. Large files are made in `folder`."""
        pictures: dict[int, Instructions] = {}
        others: dict[int, Instructions] = {}
        for index, raw in wanted.items():
            try:
                instructions = parse(raw)
            except RenditionError as err:
                yield index, err
                continue
            (pictures if instructions.fmt in MIMETYPES else others)[index] = instructions
        measured = [index for index, instructions in others.items() if instructions.fmt == "json"]
        for index, instructions in others.items():
            if instructions.fmt == "json":  # what can't be decoded in time for one can't be for the others
                self._report.at("decode", [*measured, *pictures])
            else:
                self._report.at("preview" if instructions.fmt == "mp4" else "render", [index])
            yield index, self._other(instructions, source, folder)
        if pictures:
            yield from self._pictures(pictures, source)

    def _pictures(self, wanted: Mapping[int, Instructions], source: Source | None) -> Iterator[Outcome]:
        done: set[int] = set()
        try:
            self._report.at("decode", list(wanted))
            picture = open_picture(_required(source), self._limits)
            rewritten = {
                index: instructions
                for index, instructions in wanted.items()
                if instructions.xmp and writeback.lossless(_required(source), instructions)
            }
            if rewritten:
                _see_whether_it_is_whole(picture)
            for index, instructions in rewritten.items():
                done.add(index)
                yield index, self._rewritten(_required(source), instructions)
            rest = {index: instructions for index, instructions in wanted.items() if index not in done}
            watermarks = Watermarks(self._fetcher)
            for index, outcome in Cascade(picture, self._limits, watermarks, self._report).render(rest):
                done.add(index)
                yield index, outcome
        except (RenditionError, MemoryError, *DECODER_ERRORS) as err:
            for index in wanted.keys() - done:
                yield index, _as_rendition_error(err)

    def _rewritten(self, source: Source, instructions: Instructions) -> Rendition | RenditionError:
        try:
            return writeback.rendition(source, instructions.xmp or b"")
        except RenditionError as err:
            return err

    def _preview(self, instructions: Instructions, source: Source, folder: Path) -> Rendition:
        if source.format is None or source.format.kind is not Kind.VIDEO:
            raise RenditionFormatUnsupported(f"a video can't be made from {source.mimetype}")
        from compute.engine import video

        return video.preview(source.path, instructions, self._limits.max_pixels, folder)

    def _other(self, instructions: Instructions, source: Source | None, folder: Path) -> Rendition | RenditionError:
        try:
            return self._made(instructions, source, folder)
        except ModuleNotFoundError as err:
            return RenditionFormatUnsupported(f"{instructions.fmt} needs a library that is not installed ({err})")
        except (RenditionError, MemoryError, *DECODER_ERRORS) as err:
            return _as_rendition_error(err)

    def _made(self, instructions: Instructions, source: Source | None, folder: Path) -> Rendition:
        """Modules of the rarer formats are imported when first needed."""
        match instructions.fmt:
            case "xmp":
                return metadata.rendition(_required(source))
            case "text":
                from compute.engine import text

                return text.rendition(_required(source))
            case "json":
                from compute.engine import machine

                return machine.rendition(open_picture(_required(source), self._limits), instructions)
            case "zip":
                from compute.engine import archive

                beat, limit = self._report.beat, self._limits.max_output_bytes
                return archive.rendition(instructions, self._fetcher, folder, limit, beat)
            case "mp4":
                return self._preview(instructions, _required(source), folder)
        raise RenditionFormatUnsupported(f"the format {instructions.fmt} can't be written")


def _see_whether_it_is_whole(picture: Picture) -> None:
    """Raises SourceCorrupt for a damaged picture, which would be passed on as it is."""
    picture.raster(Box(0, 0, *picture.size), picture.size.fitted(_LOOKED_AT, _LOOKED_AT))


def _required(source: Source | None) -> Source:
    if source is None:
        raise GenericError("the job has no source")
    return source


def _as_rendition_error(err: BaseException) -> RenditionError:
    if isinstance(err, RenditionError):
        return err
    if isinstance(err, MemoryError):
        return GenericError("the rendition needs more memory than the limit")
    return SourceCorrupt(f"the source can't be decoded: {err or type(err).__name__}")
