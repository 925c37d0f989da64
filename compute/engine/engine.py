"""One pipeline for all renditions of a job: cheap ones first, then the pictures from one decoding."""

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compute.engine import metadata
from compute.engine.cascade import MIMETYPES, Cascade, Outcome
from compute.engine.instructions import Instructions, parse
from compute.engine.limits import Limits
from compute.engine.pillow_raster import DECODER_ERRORS
from compute.engine.rendition import Fetcher, Rendition, Report
from compute.engine.source import Source, open_picture
from compute.engine.watermarks import Watermarks
from compute.errors import GenericError, RenditionError, RenditionFormatUnsupported, SourceCorrupt


class Engine:
    """Renders the jobs of one process."""

    def __init__(self, limits: Limits, fetcher: Fetcher, report: Report) -> None:
        has_vips = importlib.util.find_spec("pyvips") is not None
        self._limits = replace(limits, use_vips=limits.use_vips and has_vips)
        self._fetcher = fetcher
        self._report = report

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
        for index, instructions in others.items():
            yield index, self._other(index, instructions, source)
        if pictures:
            yield from self._pictures(pictures, source)

    def _pictures(self, wanted: Mapping[int, Instructions], source: Source | None) -> Iterator[Outcome]:
        done: set[int] = set()
        try:
            self._report.at("decode", list(wanted))
            picture = open_picture(_required(source), self._limits)
            watermarks = Watermarks(self._fetcher)
            for index, outcome in Cascade(picture, self._limits, watermarks, self._report).render(wanted):
                done.add(index)
                yield index, outcome
        except (RenditionError, MemoryError, *DECODER_ERRORS) as err:
            for index in wanted.keys() - done:
                yield index, _as_rendition_error(err)

    def _other(self, index: int, instructions: Instructions, source: Source | None) -> Rendition | RenditionError:
        self._report.at("render", [index])
        try:
            return self._made(instructions, source)
        except (RenditionError, MemoryError, *DECODER_ERRORS) as err:
            return _as_rendition_error(err)

    def _made(self, instructions: Instructions, source: Source | None) -> Rendition:
        if instructions.fmt == "xmp":
            return metadata.rendition(_required(source))
        raise RenditionFormatUnsupported(f"the format {instructions.fmt} can't be written")


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
