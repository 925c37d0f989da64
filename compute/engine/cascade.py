"""The picture renditions of a job, out of one decoding: the largest first, each smaller one from the one before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compute.engine.geometry import Box, Size
from compute.engine.instructions import Instructions
from compute.engine.limits import Limits
from compute.engine.raster import SVG_WIDTH, WHITE, Encoding, Picture, Raster
from compute.engine.rendition import Rendition, Report
from compute.engine.watermarks import Watermarks
from compute.engine.writeback import checked_packet
from compute.errors import GenericError, RenditionError

MIMETYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "avif": "image/avif",
}
_OPAQUE = {"jpeg"}
Outcome = tuple[int, Rendition | RenditionError]


@dataclass(frozen=True)
class Plan:
    """One rendition: the part of the picture it shows, and how large."""

    index: int
    instructions: Instructions
    box: Box
    size: Size


class Cascade:
    """Renders the pictures of one job, of which it has been told already that the source is being decoded."""

    def __init__(self, picture: Picture, limits: Limits, watermarks: Watermarks, report: Report) -> None:
        self._picture = picture
        self._limits = limits
        self._watermarks = watermarks
        self._report = report
        self._decoding = True
        self._analysed: dict[Box, bytes] = {}
        self._latest: tuple[object, bytes] = (None, b"")

    def render(self, wanted: Mapping[int, Instructions]) -> Iterator[Outcome]:
        """One outcome for each. What breaks the decoding fails all that hang on it."""
        plans: dict[Box, list[Plan]] = defaultdict(list)
        for index, instructions in wanted.items():
            try:
                plan = self._plan(index, instructions)
                plans[plan.box].append(plan)
            except RenditionError as err:
                yield index, err
        later = [plan.index for group in plans.values() for plan in group]
        for group in plans.values():
            later = later[len(group) :]
            group.sort(key=lambda plan: (-plan.size.area, plan.instructions.fmt))
            yield from self._group(group, later)

    def _group(self, plans: list[Plan], later: list[int]) -> Iterator[Outcome]:
        made: list[Raster] = []
        for position, plan in enumerate(plans):
            try:
                raster = self._raster(plan, made, [entry.index for entry in plans[position:]] + later)
            except RenditionError as err:  # the others would only fail in the same way
                yield from ((waiting.index, err) for waiting in plans[position:])
                return
            # Larger ones are let go as soon as this one is large enough for the rest.
            covers_rest = all(raster.size.covers(waiting.size) for waiting in plans[position:])
            made = [raster] if covers_rest else [*made, raster]
            try:
                yield plan.index, self._finished(plan, raster)
            except RenditionError as err:
                yield plan.index, err

    def _raster(self, plan: Plan, made: list[Raster], waiting: list[int]) -> Raster:
        """From the smallest raster that is large enough; the first one, from the source, which all wait for: what
        hangs does so for any part of it."""
        base = next((raster for raster in reversed(made) if raster.size.covers(plan.size)), None)
        if base is not None:
            self._report.at("render", [plan.index])
            return base.scaled(plan.size)
        if not self._decoding:
            self._report.at("decode", waiting)
        raster = self._picture.raster(plan.box, plan.size)
        self._decoding = False
        self._report.at("render", [plan.index])
        return raster

    def _plan(self, index: int, instructions: Instructions) -> Plan:
        box = self._box(instructions)
        size = self._size(box, instructions)
        drawn = self._picture.size.scaled(size.width / box.width, size.height / box.height)
        if size.area > self._limits.max_pixels or (self._picture.scalable and drawn.area > self._limits.max_pixels):
            raise GenericError(f"the rendition would have {size.width}×{size.height} pixels, more than the limit")
        return Plan(index, instructions, box, size)

    def _box(self, instructions: Instructions) -> Box:
        size = self._picture.size
        box = instructions.crop.clipped(size) if instructions.crop else Box(0, 0, *size)
        if box is None:
            raise GenericError(f"crop lies outside the picture of {size.width}×{size.height} pixels")
        if instructions.smart_crop and instructions.width and instructions.height:
            return self._smart_box(box, Size(instructions.width, instructions.height))
        return box

    def _smart_box(self, within: Box, shape: Size) -> Box:
        """The part of the box with the asked proportions that people look at."""
        from compute.engine.saliency import ANALYSED, best_box

        analysed = within.size.fitted(ANALYSED, ANALYSED)
        if within not in self._analysed:
            self._analysed[within] = self._picture.raster(within, analysed).rgb_bytes()
        best = best_box(self._analysed[within], analysed, within.size, shape)
        return best._replace(x=within.x + best.x, y=within.y + best.y)

    def _size(self, box: Box, instructions: Instructions) -> Size:
        wanted = instructions
        whole = box == Box(0, 0, *self._picture.size)
        size = box.size.fitted(wanted.width, wanted.height, enlarge=self._picture.scalable)
        if self._picture.scalable and whole and not (wanted.width or wanted.height) and self._picture.paper is None:
            size = size.fitted(SVG_WIDTH, None, enlarge=True)
        size = size.fitted(wanted.max_width, wanted.max_height)
        if wanted.convert_to_dpi:
            own = self._picture.density
            x, y = (own.x, own.y) if own else (72.0, 72.0)
            size = size.scaled(wanted.convert_to_dpi.x / x, wanted.convert_to_dpi.y / y)
        return size

    def _finished(self, plan: Plan, raster: Raster) -> Rendition:
        wanted = plan.instructions
        encoding = Encoding(
            fmt=wanted.fmt,
            quality=wanted.quality,
            compression_level=wanted.compression_level,
            interlace=wanted.interlace,
            jpeg_size=wanted.jpeg_size,
            density=wanted.dpi or wanted.convert_to_dpi or self._picture.density,
            xmp=checked_packet(wanted.xmp) if wanted.xmp else None,
        )
        # A picture smaller than two of the asked sizes gives the same file twice, one after the other.
        key = (plan.box, plan.size, encoding, wanted.background, wanted.watermark)
        if self._latest[0] != key:
            self._latest = (key, self._dressed(wanted, raster).encoded(encoding))
        return Rendition(self._latest[1], MIMETYPES[wanted.fmt], None, raster.size.width, raster.size.height)

    def _dressed(self, wanted: Instructions, raster: Raster) -> Raster:
        """With its watermark, and on its background."""
        background = wanted.background or self._picture.paper or (WHITE if wanted.fmt in _OPAQUE else None)
        if background is not None:
            raster = raster.flattened(background)
        return self._watermarks.apply(wanted.watermark, raster) if wanted.watermark else raster
