"""Registration management."""

from typing import Any

import httpx
import pytest

from tests.adobe import JournalReader
from tests.events.conftest import Publish


def path(provider: str) -> str:
    return f"/events/consumer/project/{provider}/registrations"


def test_create_get_list_delete(adobe: httpx.Client, provider: str, subscription: dict[str, Any]) -> None:
    made = adobe.post(path(provider), json=subscription)
    assert (made.status_code, made.headers["content-type"]) == (201, "application/hal+json")
    own = made.json()["_links"]["self"]["href"]
    assert adobe.get(own).json() == made.json()
    assert made.json()["events_of_interest"] == subscription["events_of_interest"]
    assert adobe.get(path(provider)).json()["_embedded"]["registrations"] == [made.json()]

    journal = made.json()["_links"]["rel:events"]["href"]
    assert adobe.get(journal).status_code == 204
    assert adobe.delete(own).status_code == 204
    assert adobe.delete(own).status_code == 404
    assert adobe.get(own).status_code == 404
    assert adobe.get(journal).status_code == 404


def test_a_second_of_the_same_name_names_the_first(
    adobe: httpx.Client, provider: str, subscription: dict[str, Any]
) -> None:
    first = adobe.post(path(provider), json=subscription).json()
    second = adobe.post(path(provider), json=subscription)
    assert second.status_code == 409
    assert second.headers["x-conflicting-id"] == first["registration_id"]


def test_update_changes_what_is_subscribed(
    adobe: httpx.Client, provider: str, journal: str, publish: Publish, subscription: dict[str, Any]
) -> None:
    publish({"n": 1})
    own = f"/events/consumer/project/workspace/registrations/{journal.rpartition('/')[2]}"
    elsewhere = {**subscription, "events_of_interest": [{"provider_id": "other", "event_code": "x"}]}
    assert adobe.put(own, json=elsewhere).json()["events_of_interest"] == elsewhere["events_of_interest"]
    assert publish({"n": 2}).status_code == 204
    assert [event["n"] for event in JournalReader(adobe, journal).rest()] == [1]


def test_all_of_an_organization_by_page(adobe: httpx.Client, provider: str, subscription: dict[str, Any]) -> None:
    for n in range(3):
        adobe.post(f"/events/{provider}/p/w{n}/registrations", json=subscription)
    answer = adobe.get(f"/events/{provider}/registrations", params={"size": 2, "page": 1}).json()
    assert len(answer["_embedded"]["registrations"]) == 1
    assert answer["page"] == {"size": 2, "number": 1, "numberOfElements": 1, "totalElements": 3, "totalPages": 2}
    for wrong in ({"size": 0}, {"size": 101}, {"page": "x"}):
        assert adobe.get(f"/events/{provider}/registrations", params=wrong).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x"},
        {"name": None},
        {"client_id": "somebody-else"},
        {"delivery_type": "webhook", "webhook_url": "http://x"},
        {"delivery_type": None},
        {"events_of_interest": []},
        {"events_of_interest": [{"provider_id": "p"}]},
    ],
)
def test_wrong_registrations(
    adobe: httpx.Client, provider: str, subscription: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = adobe.post(path(provider), json={**subscription, **change})
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_awkward_ids_in_the_path(adobe: httpx.Client, subscription: dict[str, Any]) -> None:
    made = adobe.post("/events/8C@AdobeOrg/p%20q/w%C3%A4/registrations", json=subscription)
    assert made.status_code == 201
    assert adobe.get(made.json()["_links"]["rel:events"]["href"]).status_code == 204
