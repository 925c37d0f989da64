"""Registration management of I/O Events (wire contract, section 3.3)."""

from typing import Annotated

from pydantic import AliasChoices, Field

from contract.wire import WireModel


class EventOfInterest(WireModel):
    provider_id: str = Field(min_length=1, max_length=512, validation_alias=AliasChoices("provider_id", "provider"))
    event_code: str = Field(min_length=1, max_length=255)


class RegistrationRequest(WireModel):
    """The body of a POST (with `client_id`) or PUT on registrations."""

    name: str = Field(min_length=3, max_length=255)
    description: str = Field(default="", max_length=5000)
    client_id: str | None = Field(default=None, min_length=3, max_length=255)
    delivery_type: str
    webhook_url: str | None = None
    enabled: bool = True
    events_of_interest: Annotated[tuple[EventOfInterest, ...], Field(min_length=1)]


class Link(WireModel):
    href: str


class RegistrationLinks(WireModel):
    events: Link = Field(alias="rel:events")
    """The journal."""


class RegistrationAnswer(WireModel):
    registration_id: str
    links: RegistrationLinks = Field(alias="_links")
