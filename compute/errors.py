"""Why a rendition fails: the reasons of the wire contract, one class for each.

RenditionError                  has `reason` and a message for people
├── RenditionFormatUnsupported  nobody makes the asked format, or not from this source
├── SourceFormatUnsupported     nobody reads the source's format
├── SourceUnsupported           the format is read, but not this file: over a limit, encrypted, …
├── SourceCorrupt               empty, truncated or damaged source
├── RenditionTooLarge           the result does not fit the target or the limit on output bytes
└── GenericError                everything else: bad instruction, transfer, time, memory, crash
"""

from typing import ClassVar


class RenditionError(Exception):
    """A rendition that ends as `rendition_failed`; `str()` is its errorMessage."""

    reason: ClassVar[str] = "GenericError"

    @property
    def message(self) -> str:
        return str(self)


class RenditionFormatUnsupported(RenditionError):
    reason = "RenditionFormatUnsupported"


class SourceFormatUnsupported(RenditionError):
    reason = "SourceFormatUnsupported"


class SourceUnsupported(RenditionError):
    reason = "SourceUnsupported"


class SourceCorrupt(RenditionError):
    reason = "SourceCorrupt"


class RenditionTooLarge(RenditionError):
    reason = "RenditionTooLarge"


class GenericError(RenditionError):
    reason = "GenericError"
