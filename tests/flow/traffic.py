"""Exchanges as they are on the wire, made without a server: what correlation and spans are tested with."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

from flow.captured import Captured, Message

HOST = "127.0.0.1:8080"
ACCOUNT = "/devstoreaccount1/aem-assets"
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")


def exchange(
    sender: str,
    receiver: str,
    method: str,
    url: str,
    at: float,
    *,
    request: Any = b"",
    response: Any = b"",
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    facts: dict[str, str] | None = None,
) -> Captured:
    path, _, query = url.partition("?")
    return Captured(
        f"x{at}",
        sender,
        receiver,
        method,
        "http",
        HOST,
        path,
        query,
        at,
        _message(request, headers),
        _message(response, ()),
        first_byte=at + 0.001,
        ended=at + 0.002,
        status=status,
        sender_facts=facts or {},
    )


def _message(body: Any, headers: tuple[tuple[str, str], ...]) -> Message:
    if isinstance(body, dict):
        return _message(json.dumps(body).encode(), (JSON, *headers))
    if isinstance(body, str):
        return _message(body.encode(), (FORM, *headers))
    return Message(list(headers), body, len(body))


class Asset:
    """One asset on its way; `at` is when it begins. Each method gives the exchanges of a step."""

    def __init__(self, number: int, at: float, renditions: int = 2, source: int | None = None) -> None:
        self.number, self.at = number, at
        self.name = f"{number}.jpg"
        self.original = f"{ACCOUNT}/originals/{source if source is not None else number}"
        self.names = [f"rendition.{index}.png" for index in range(renditions)]
        self.request, self.activation = f"job-{number}", f"activation-{number}"
        self.generation = 1 if source is None else 1 + number
        self.uuid = f"uuid-{source if source is not None else number}"

    def upload(self) -> list[Captured]:
        file = {"fileName": self.name, "uploadToken": f"token-{self.number}", "uploadURIs": [self._url("w")]}
        initiated = {"folderPath": "/content/dam/x", "files": [file]}
        completed = {"files": [{"path": f"/content/dam/x/{self.name}", "assetId": f"urn:aaid:aem:{self.uuid}"}]}
        folder, by = "/content/dam/x", ("client", "repository", "POST")
        form = urlencode({"fileName": self.name, "uploadToken": f"token-{self.number}"})
        return [
            exchange(*by, f"{folder}.initiateUpload.json", self.at, request=form, response=initiated),
            exchange("client", "blobstore", "PUT", self._url("w"), self.at + 0.1, request=b"\xff\xd8\xff1", status=201),
            exchange("repository", "blobstore", "PUT", f"{self.original}?comp=blocklist", self.at + 0.2, status=201),
            exchange(*by, f"{folder}.completeUpload.json", self.at + 0.3, request=form, response=completed),
        ]

    def job(self) -> list[Captured]:
        aem = {"job": self.request, "asset": self.uuid, "generation": self.generation}
        body = {
            "source": {"url": f"http://{HOST}{self._url('r')}", "name": self.name, "mimetype": "image/jpeg"},
            "renditions": [
                {"name": name, "fmt": "png", "target": {"urls": [self._target(name)]}, "userData": {"aem": aem}}
                for name in self.names
            ],
            "userData": {"aem": aem},
        }
        answer = {"ok": True, "requestId": self.request, "activationId": self.activation}
        named = (("x-request-id", self.request),)
        return [
            exchange(
                "repository", "compute", "POST", "/process", self.at + 1, request=body, response=answer, headers=named
            )
        ]

    def read(self, introduced: bool) -> list[Captured]:
        facts = {"activation": self.activation} if introduced else {}
        return [exchange("core-worker", "blobstore", "GET", self._url("r"), self.at + 1.1, facts=facts)]

    def store(self) -> list[Captured]:
        return [
            exchange("core-worker", "blobstore", "PUT", self._target(name), self.at + 1.2, request=b"x", status=201)
            for name in self.names
        ]

    def events(self) -> list[Captured]:
        return [
            exchange(
                *("compute", "events", "POST", "/api/events", self.at + 1.3),
                request={"event": base64.b64encode(json.dumps(event).encode()).decode()},
                headers=(("x-event-id", f"{self.activation}-{index}"),),
            )
            for index, event in enumerate(self.event_bodies())
        ]

    def event_bodies(self) -> list[dict[str, Any]]:
        aem = {"job": self.request}
        return [
            {
                "type": "rendition_created",
                "requestId": self.request,
                "rendition": {"name": name, "userData": {"aem": aem}},
                "metadata": {"repo:size": 1},
            }
            for name in self.names
        ]

    def attach(self) -> list[Captured]:
        return [
            exchange("repository", "blobstore", "PUT", f"{self._target(name)}&comp=blocklist", self.at + 2, status=201)
            for name in self.names
        ]

    def _url(self, permission: str) -> str:
        return f"{self.original}?sp={permission}&sig=signature-{self.number}-{permission}"

    def _target(self, name: str) -> str:
        return f"{ACCOUNT}/renditions/{self.number}-{name}?sp=w&sig=target-{self.number}-{name}"


def page(assets: list[Asset], at: float) -> Captured:
    events = [event for asset in assets for event in asset.event_bodies()]
    body = {"events": [{"position": f"p{number}", "event": event} for number, event in enumerate(events)]}
    journal = "/events/organizations/1/integrations/2/3"
    return exchange("repository", "events", "GET", journal, at, response=body)
