"""Rendition events and the pages of the journal (wire contract, sections 2 and 3)."""

from typing import Any, Literal

from pydantic import AliasChoices, Field

from contract.wire import WireModel

EVENT_CODE = "asset_compute"
"""The I/O event code of all rendition events; what happened is in `type`."""

CREATED = "rendition_created"
FAILED = "rendition_failed"


def provider_id(org_id: str, client_id: str) -> str:
    """The I/O Events provider under which the rendition events of a client are published."""
    return f"asset_compute_{org_id}_{client_id}"


class RenditionMetadata(WireModel):
    """`metadata` of a created rendition. The documentation and Adobe's SDK spell the dimensions differently."""

    size: int | None = Field(default=None, alias="repo:size")
    sha1: str | None = Field(default=None, alias="repo:sha1")
    format: str | None = Field(default=None, alias="dc:format")
    encoding: str | None = Field(default=None, alias="repo:encoding")
    width: int | None = Field(default=None, validation_alias=AliasChoices("tiff:imageWidth", "tiff:ImageWidth"))
    height: int | None = Field(
        default=None, validation_alias=AliasChoices("tiff:imageHeight", "tiff:ImageLength", "tiff:ImageHeight")
    )


class RenditionEvent(WireModel):
    """What became of one rendition. `rendition` is its instructions without `target`; `data` a data: URI."""

    type: Literal["rendition_created", "rendition_failed"]
    date: str | None = None
    requestId: str | None = None  # noqa: N815
    source: str | dict[str, Any] | None = None
    userData: Any = None  # noqa: N815
    rendition: dict[str, Any] = Field(default_factory=dict)
    metadata: RenditionMetadata | None = None
    data: str | None = None
    errorReason: str | None = None  # noqa: N815
    errorMessage: str | None = None  # noqa: N815
    activationIds: tuple[str, ...] | None = None  # noqa: N815
    duration: float | None = None

    @property
    def failed(self) -> bool:
        return self.type == FAILED


class JournalEntry(WireModel):
    """One event of a journal. Journals carry events of other kinds too, so `event` is not a `RenditionEvent` yet."""

    position: str
    event: dict[str, Any]


class PageFacts(WireModel):
    last: str
    count: int


class JournalPage(WireModel):
    """A 200 of the journal; at the end of it there is a 204 without a body instead."""

    events: tuple[JournalEntry, ...]
    page: PageFacts | None = Field(default=None, alias="_page")
