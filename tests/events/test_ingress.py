"""Publishing: legacy ingress, CloudEvents, webhook."""

import base64
import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.adobe import CLIENT_ID, ORG_ID, JournalReader, ingress_body
from tests.events.conftest import Publish
from tests.server import ServerProcess


def test_200_when_somebody_is_registered_and_204_when_nobody_is(
    adobe: httpx.Client, journal: str, publish: Publish
) -> None:
    answer = publish({"n": 1})
    assert (answer.status_code, answer.text) == (200, "OK")
    unheard = adobe.post("/api/events", json=ingress_body({"n": 1}, "nobody's provider"))
    assert (unheard.status_code, unheard.content) == (204, b"")


def test_an_event_id_counts_once(adobe: httpx.Client, journal: str, publish: Publish) -> None:
    assert publish({"n": 1}, x_event_id="a-0").status_code == 200
    assert publish({"n": 2}, x_event_id="a-0").status_code == 200
    publish({"n": 3}, x_event_id="a-1")
    publish({"n": 4})
    publish({"n": 4})
    assert [event["n"] for event in JournalReader(adobe, journal).rest()] == [1, 3, 4, 4]


def test_everybody_who_is_interested_gets_it(
    adobe: httpx.Client, journal: str, publish: Publish, subscription: dict[str, Any]
) -> None:
    second = adobe.post("/events/c/p/w2/registrations", json=subscription).json()["_links"]["rel:events"]["href"]
    disabled = {**subscription, "enabled": False}
    third = adobe.post("/events/c/p/w3/registrations", json=disabled).json()["_links"]["rel:events"]["href"]
    publish({"n": 1}, x_event_id="x")
    assert [len(JournalReader(adobe, url).rest()) for url in (journal, second, third)] == [1, 1, 0]


@pytest.mark.parametrize(
    "change",
    [
        {"event": None},
        {"event": "not base64!"},
        {"event": base64.b64encode(b"not json").decode()},
        {"event": base64.b64encode(b'"a text"').decode()},
        {"event": base64.b64encode(b'{"a": NaN}').decode()},
        {"event": base64.b64encode(b"\xff\xfe").decode()},
        {"provider_id": ""},
        {"provider_id": 5},
        {"event_code": None},
    ],
)
def test_malformed_bodies(adobe: httpx.Client, journal: str, change: dict[str, Any]) -> None:
    answer = adobe.post("/api/events", json={**ingress_body({"n": 1}), **change})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "400")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 5000, b"\xff", b'{"event": "e"'])
def test_bodies_that_are_no_json_object(adobe: httpx.Client, content: bytes) -> None:
    for path in ("/api/events", "/api/cloudevents", "/events/expectations", "/events/c/p/w/registrations"):
        assert adobe.post(path, content=content).status_code == 400


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf"])
def test_malformed_headers(publish: Publish, journal: str, value: str) -> None:
    assert publish({"n": 1}, x_request_accepted_at=value).status_code == 400
    assert publish({"n": 1}, x_event_id="x" * 300).status_code == 400


def test_an_event_that_is_too_large(publish: Publish, journal: str) -> None:
    assert publish({"data": "x" * 13_000_000}).status_code == 413


def test_who_may_publish(adobe: httpx.Client, server: ServerProcess) -> None:
    body = ingress_body({"n": 1})
    assert httpx.post(f"{server.url}/api/events", json=body).status_code == 401
    bearer = {"authorization": adobe.headers["authorization"]}
    assert httpx.post(f"{server.url}/api/events", json=body, headers=bearer).status_code == 403
    foreign = {"x-ims-org-id": "other@AdobeOrg"}
    assert adobe.post("/api/events", json=body, headers=foreign).status_code == 403


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000", "x" * 600])
def test_texts_that_no_database_likes(adobe: httpx.Client, journal: str, provider: str, text: str) -> None:
    for field in ("provider_id", "event_code"):
        body = json.dumps({**ingress_body({"n": 1}), field: "?"}).replace('"?"', f'"{text}"')
        assert adobe.post("/api/events", content=body).status_code in {204, 400}
    event = base64.b64encode(f'{{"requestId": "{text}", "rendition": {{"name": "{text}"}}}}'.encode()).decode()
    answer = adobe.post("/api/events", json={**ingress_body({}, provider), "event": event})
    assert answer.status_code in {200, 400}
    assert adobe.get(journal).status_code in {200, 204}


def cloud_event(provider: str, **changes: Any) -> dict[str, Any]:
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": f"urn:uuid:{provider}",
        "type": "asset_compute",
        "data": {"n": 5},
    }
    return {**event, **changes}


@pytest.mark.parametrize("path", ["/", "/api/cloudevents"])
def test_cloud_events(adobe: httpx.Client, journal: str, provider: str, path: str) -> None:
    kind = {"content-type": "application/cloudevents+json"}
    published = adobe.post(path, content=json.dumps(cloud_event(provider)), headers=kind)
    assert (published.status_code, published.text) == (200, "OK")
    assert JournalReader(adobe, journal).rest() == [cloud_event(provider)]

    unheard = cloud_event("nobody")
    assert adobe.post(path, content=json.dumps(unheard), headers=kind).status_code == 204
    for change in ({"specversion": "0.3"}, {"id": ""}, {"source": None}, {"type": 5}):
        wrong = cloud_event(provider, **change)
        assert adobe.post(path, content=json.dumps(wrong), headers=kind).status_code == 400


def signature(server: ServerProcess, body: bytes) -> str:
    pem = (server.data_dir / "secrets" / "events-webhook-key.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def test_the_webhook_takes_what_is_signed(adobe: httpx.Client, server: ServerProcess) -> None:
    path, owner = "/events/webhooks/asset-compute", {"x-ims-org-id": ORG_ID, "x-api-key": CLIENT_ID}
    journal = adobe.post("/register").json()["journal"]
    reader = JournalReader(adobe, journal)
    body = json.dumps({"user_guid": ORG_ID, "event_code": "asset_compute", "event": {"type": "t", "n": 9}}).encode()
    assert httpx.post(server.url + path, content=body, headers=owner).status_code == 401

    signed = {**owner, "x-ac-hmac-signature": signature(server, body)}
    assert httpx.post(server.url + path, content=body, headers=signed).status_code == 200
    assert reader.rest() == [{"type": "t", "n": 9}]
    assert httpx.post(server.url + path, content=body + b" ", headers=signed).status_code == 401
    other = {**signed, "x-ims-org-id": "other@AdobeOrg"}
    assert httpx.post(server.url + path, content=body, headers=other).status_code == 204
