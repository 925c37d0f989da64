"""The byte range a read asks for. Parsing is Starlette's, which its FileResponse uses."""

from collections.abc import Mapping

from starlette.responses import FileResponse, MalformedRangeHeader, RangeNotSatisfiable

from blobstore.errors import AzureError, Reason


class _Ranges(FileResponse):
    """Opens Starlette's parser, which it keeps for subclasses."""

    @classmethod
    def parse(cls, header: str, size: int) -> list[tuple[int, int]]:
        return cls._parse_range_header(header, size)


def of(headers: Mapping[str, str], size: int, *names: str) -> tuple[int, int] | None:
    """First byte and the byte after the last, by the first of `names` among the headers; None for the whole blob.

    A header that makes no sense, or asks for several ranges (Azure serves one), is as if it weren't there.
    """
    header = next((headers[name] for name in names if name in headers), None)
    if header is None:
        return None
    try:
        ranges = _Ranges.parse(header, size)
    except MalformedRangeHeader:
        return None
    except RangeNotSatisfiable as err:
        raise AzureError(Reason.INVALID_RANGE, headers={"content-range": f"bytes */{size}"}) from err
    return ranges[0] if len(ranges) == 1 else None
