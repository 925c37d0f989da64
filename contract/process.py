"""`POST /register`, `/unregister` and `/process` of the Asset Compute service (wire contract, section 1)."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Discriminator, Field, Tag, model_validator

from contract.wire import WireModel


def is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _http_url(url: str) -> str:
    if not is_http_url(url):
        raise ValueError("must be a http or https URL")
    return url


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _not_empty(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    if not entries:
        raise ValueError("must have at least one entry")
    return entries


def _without_nulls(renditions: object) -> object:
    """Adobe's SDK drops null entries of `renditions`."""
    return [entry for entry in renditions if entry is not None] if isinstance(renditions, list) else renditions


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Text = Annotated[str, AfterValidator(_not_blank)]


class MultipartTarget(WireModel):
    """Presigned URLs of the parts of one binary; whoever signed them puts the parts together. Sizes in bytes."""

    urls: Annotated[tuple[HttpUrl, ...], AfterValidator(_not_empty)]
    minPartSize: int | None = Field(default=None, ge=0)  # noqa: N815
    maxPartSize: int | None = Field(default=None, gt=0)  # noqa: N815


ONE_URL, PARTS = "(url)", "(parts)"
"""The two kinds of `target`, as they stand in the path of an error."""


def _kind_of_target(target: object) -> str:
    return PARTS if isinstance(target, dict | MultipartTarget) else ONE_URL


Target = Annotated[
    Annotated[HttpUrl, Tag(ONE_URL)] | Annotated[MultipartTarget, Tag(PARTS)], Discriminator(_kind_of_target)
]


class Rendition(WireModel):
    """One entry of `renditions`. All instructions besides these are open-ended, and the worker's to judge."""

    name: str | None = None
    fmt: str | None = None
    worker: HttpUrl | None = None
    target: Target | None = None
    url: HttpUrl | None = None
    """The legacy spelling of `target`."""
    userData: Any = None  # noqa: N815


class Source(WireModel):
    """The asset to process. `size` in bytes; `headers` go with the download."""

    url: Text
    name: str | None = None
    mimetype: str | None = Field(default=None, validation_alias=AliasChoices("type", "mimeType", "mimetype"))
    size: int | None = Field(default=None, ge=0)
    headers: dict[str, str] = Field(default_factory=dict)


class ProcessRequest(WireModel):
    """The body of `/process`. `source` is absent where the rendition needs none, as in `fmt=zip`."""

    source: Source | None = None
    renditions: Annotated[tuple[Rendition, ...], AfterValidator(_not_empty), BeforeValidator(_without_nulls)]
    userData: Any = None  # noqa: N815

    @model_validator(mode="before")
    @classmethod
    def _source_may_be_a_url(cls, body: Any) -> Any:
        if isinstance(body, dict) and isinstance(body.get("source"), str):
            return {**body, "source": {"url": body["source"]}}
        return body


class RegisterAnswer(WireModel):
    ok: Literal[True] = True
    journal: str
    requestId: str  # noqa: N815


class ProcessAnswer(WireModel):
    ok: Literal[True] = True
    requestId: str  # noqa: N815
    activationId: str | None = None  # noqa: N815

    @classmethod
    def of(cls, request_id: str, activation_id: str) -> Self:
        return cls(requestId=request_id, activationId=activation_id)
