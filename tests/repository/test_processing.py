"""From the upload to the last rendition, with an Asset Compute service that is not ours and does not always behave."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response

from tests.flow.flows import flow_of
from tests.repository.author import fresh_folder, node, upload
from tests.repository.foreign_compute import Call, ForeignCompute, created, data_uri, failed, foreign_compute
from tests.server import ServerProcess, wait_until

THUMBNAIL, WEB = "cq5dam.thumbnail.48.48.png", "cq5dam.web.1280.1280.jpeg"
METADATA = "cqdam.metadata.xml"
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/"><rdf:Description tiff:ImageWidth="12"><dc:creator><rdf:Seq>'
    "<rdf:li>Ann</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF>"
)


@pytest.fixture(scope="module")
def compute() -> Iterator[ForeignCompute]:
    with foreign_compute() as service:
        yield service


@pytest.fixture(scope="module")
def server(compute: ForeignCompute, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    environment = {"AEMULATOR_ASSET_COMPUTE_URL": compute.url}
    data = tmp_path_factory.mktemp("processing") / "data"
    with ServerProcess(data, "--no-workers", environment=environment) as running:
        yield running


@pytest.fixture
def folder(client: httpx.Client) -> str:
    return fresh_folder(client)


@pytest.fixture
def path(client: httpx.Client, folder: str) -> str:
    """A new asset, of a name that no other test uses."""
    return upload(client, folder, f"{folder.rpartition('/')[2]}.png", b"original bytes")


@pytest.fixture
def call(compute: ForeignCompute, path: str) -> Call:
    """Its job, as it arrived at the service."""
    return compute.call_for(path.rpartition("/")[2])


def content(client: httpx.Client, path: str) -> dict[str, Any]:
    return node(client, f"{path}/jcr:content", "2")


def ended(client: httpx.Client, path: str, state: str = "processed") -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = content(client, path)
        return found if found["dam:assetState"] == state else None

    found = wait_until(look, 30, f"{path} is {state}")
    assert found
    return found


def rendition(client: httpx.Client, path: str, name: str) -> httpx.Response:
    return client.get(f"{path}/jcr:content/renditions/{name}")


def test_a_job_says_who_sends_it_and_what_is_wanted(server: ServerProcess, path: str, call: Call) -> None:
    assert call.headers["authorization"].startswith("Bearer ey")
    assert call.headers["x-api-key"] == "aemulator-client"
    assert call.headers["x-gw-ims-org-id"].endswith("@AdobeOrg")
    source = call.body["source"]
    assert (source["mimetype"], source["size"]) == ("image/png", 14)
    assert httpx.get(source["url"]).content == b"original bytes"
    assert httpx.head(source["url"]).headers["content-length"] == "14"
    assert len(call.body["renditions"]) == 6
    assert call.body["userData"]["aem"]["job"] == call.id


def test_renditions_are_attached_as_their_events_come(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.make(call, THUMBNAIL, b"tiny")
    wait_until(lambda: rendition(client, path, THUMBNAIL).status_code == 200, 20, "the first rendition")
    assert content(client, path)["dam:assetState"] == "processing"
    compute.make_all(call)
    found = ended(client, path)
    assert rendition(client, path, THUMBNAIL).content == b"tiny"
    assert rendition(client, path, WEB).content == f"bytes of {WEB}".encode()
    assert found["dam:failedRenditions"][METADATA]["reason"] == "GenericError"


@pytest.mark.parametrize("kept", [{}, {"userData": None}, {"userData": {"mine": 1}}])
def test_an_event_without_our_user_data_is_known_by_request_and_name(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call, kept: dict[str, Any]
) -> None:
    assert httpx.put(call.rendition(WEB)["target"]["urls"][0], content=b"plain").status_code == 201
    event = {"type": "rendition_created", "requestId": call.id, "metadata": {"repo:size": 5}}
    compute.publish({**event, "requestId": "of somebody else", "rendition": {"name": WEB, **kept}})
    compute.publish({**event, "rendition": {"name": WEB, **kept}})
    compute.publish({**event, "rendition": kept})
    wait_until(lambda: rendition(client, path, WEB).status_code == 200, 20, "the rendition")
    assert rendition(client, path, WEB).content == b"plain"
    compute.make_all(call)
    assert set(ended(client, path)["dam:failedRenditions"]) - {"jcr:primaryType"} == {METADATA}


def test_events_twice_in_disorder_and_among_strangers(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    strange: list[Any] = [{}, {"type": "rendition_created"}, {"type": "rendition_failed", "rendition": {"userData": 1}}]
    strange += [{"type": "rendition_created", "rendition": {"userData": {"aem": {"job": 7}}}, "metadata": "x"}]
    strange += [
        {"type": "rendition_created", "rendition": {"userData": {"aem": {"job": "x", "rendition": "y", "blob": ".."}}}}
    ]
    for event in strange:
        compute.publish(event)
    compute.make(call, WEB, b"first")
    compute.publish(created(call, WEB, 5))
    compute.publish(failed(call, WEB, "GenericError"))
    compute.make_all(call)
    found = ended(client, path)
    assert set(found["dam:failedRenditions"]) - {"jcr:primaryType"} == {METADATA}
    answer = rendition(client, path, WEB)
    assert answer.status_code == 200, f"{answer.text}\n{client.get(f'{path}.infinity.json').text}"


def test_entries_that_cannot_be_read_hold_up_no_other(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    deep: list[Any] = []
    for _ in range(400):
        deep = [deep]
    compute.publish({"type": "rendition_created", "rendition": {"userData": deep}})
    compute.publish("no event")
    compute.publish({"type": "\ud800", "rendition": "\ud800"})
    for text in ("\ud800", "\0"):
        ours = {"job": call.id + text, "rendition": WEB, "blob": "renditions/x"}
        compute.publish({"type": "rendition_created", "rendition": {"userData": {"aem": ours}}})
    compute.make_all(call)
    ended(client, path)
    assert rendition(client, path, WEB).status_code == 200


def test_metadata_is_read_from_the_rendition(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.make(call, METADATA, RDF.encode())
    wait_until(lambda: "dc:creator" in content(client, path)["metadata"], 20, "the metadata")
    metadata = content(client, path)["metadata"]
    assert metadata["dc:creator"] == ["Ann"]
    assert metadata["tiff:ImageWidth"] == 12
    assert metadata["dc:format"] == "image/png"


def test_metadata_that_is_none_is_a_failed_rendition(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.make(call, METADATA, b"this is no XML")
    for wanted in call.body["renditions"][1:]:
        compute.make(call, wanted["name"], b"x")
    found = ended(client, path)
    assert found["dam:failedRenditions"][METADATA]["reason"] == "MetadataError"
    assert found["metadata"]["dam:size"] == 14


def test_the_exchanges_with_a_service_elsewhere_are_in_the_flow(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    assert httpx.get(call.body["source"]["url"]).content == b"original bytes"
    compute.make(call, METADATA, RDF.encode())
    compute.publish(failed(call, WEB, "SourceCorrupt"))
    for wanted in call.body["renditions"]:
        if wanted["name"] not in {METADATA, WEB}:
            compute.make(call, wanted["name"], b"x")
    flow = flow_of(client, path, state="failed")
    assert [step["state"] for step in flow["steps"]] == ["done"] * 7
    seen = {(one["from"], one["to"], one["method"], one["step"]) for one in flow["exchanges"]}
    expected = {
        ("repository", "compute", "POST", 2),
        ("core-worker", "blobstore", "GET", 4),
        ("core-worker", "blobstore", "PUT", 5),
        ("repository", "events", "GET", 7),
        ("repository", "blobstore", "PUT", 7),
    }
    assert expected <= seen
    (job,) = [one for one in flow["exchanges"] if one["step"] == 2]
    assert job["url"] == f"{compute.url}/process"
    assert job["to_name"] == compute.url.removeprefix("http://")
    assert METADATA in client.get(f"/_aemulator/exchanges/{job['id']}").json()["request"]["body"]["text"]
    states = {one["name"]: (one["state"], one["reason"]) for one in flow["renditions"]}
    assert states.pop(WEB) == ("failed", "SourceCorrupt")
    assert set(states.values()) == {("attached", "")}


def test_faults_strike_what_is_asked_of_a_service_elsewhere(
    client: httpx.Client, compute: ForeignCompute, folder: str
) -> None:
    fault = {"kind": "compute-down", "match": {"path": folder}, "times": 1}
    client.post("/_aemulator/faults", json=fault).raise_for_status()
    path = upload(client, folder, "struck.png", b"original bytes")
    compute.make_all(compute.call_for("struck.png"))
    flow = flow_of(client, path, state="failed")
    assert [(one["status"], one["fault"]) for one in flow["exchanges"] if one["step"] == 2] == [
        (503, "compute-down"),
        (200, None),
    ]
    client.delete("/_aemulator/faults")


def test_a_reported_rendition_that_nobody_stored_has_failed(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    for wanted in call.body["renditions"]:
        compute.publish(created(call, wanted["name"], None if wanted["name"] == THUMBNAIL else 10))
    found = ended(client, path)
    for wanted in call.body["renditions"]:
        assert "no block" in found["dam:failedRenditions"][wanted["name"]]["message"]


def test_a_rendition_may_come_in_its_event(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.publish(created(call, THUMBNAIL, 7, data=data_uri(b"in here")))
    wait_until(lambda: rendition(client, path, THUMBNAIL).status_code == 200, 20, "the rendition")
    assert rendition(client, path, THUMBNAIL).content == b"in here"


def test_the_size_of_a_rendition_need_not_be_said(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    httpx.put(call.rendition(THUMBNAIL)["target"]["urls"][0], content=b"12345")
    compute.publish(created(call, THUMBNAIL, None))
    wait_until(lambda: rendition(client, path, THUMBNAIL).status_code == 200, 20, "the rendition")
    assert rendition(client, path, THUMBNAIL).headers["content-length"] == "5"


def test_too_large_a_rendition_gets_more_urls(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.publish(failed(call, WEB, "RenditionTooLarge"))
    again = compute.call_for(path.rpartition("/")[2], after=1)
    assert again.id != call.id
    (wanted,) = again.body["renditions"]
    assert len(wanted["target"]["urls"]) > 1
    httpx.put(wanted["target"]["urls"][1], content=b"second")
    httpx.put(wanted["target"]["urls"][0], content=b"first ")
    compute.publish(created(again, WEB, 12))
    compute.make_all(call)
    found = ended(client, path)
    assert rendition(client, path, WEB).content == b"first second"
    assert WEB not in found["dam:failedRenditions"]


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=503),
        Response(status_code=429, headers={"retry-after": "1"}),
        Response(status_code=404),
        Response(status_code=401),
        PlainTextResponse("what?"),
    ],
    ids=["503", "429", "404", "401", "no JSON"],
)
def test_a_service_that_is_not_itself_is_asked_again(
    client: httpx.Client, compute: ForeignCompute, folder: str, answer: Response
) -> None:
    name = f"{folder.rpartition('/')[2]}.png"
    compute.answers.append(answer)
    path = upload(client, folder, name, b"x")
    first, second = compute.call_for(name), compute.call_for(name, after=1)
    assert first.id == second.id
    compute.make_all(second)
    ended(client, path)


def test_a_job_that_is_refused_is_given_up_with_the_reason(
    client: httpx.Client, compute: ForeignCompute, folder: str
) -> None:
    compute.answers.append(PlainTextResponse("renditions: bad", 400))
    path = upload(client, folder, "refused.png", b"x")
    found = ended(client, path, "unProcessed")
    assert found["dam:failedRenditions"][WEB]["reason"] == "ServiceError"
    assert "renditions: bad" in found["dam:failedRenditions"][WEB]["message"]


def test_new_bytes_make_late_events_of_the_old_void(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    folder, _, name = path.rpartition("/")
    upload(client, folder, name, b"other bytes")
    again = compute.call_for(name, after=1)
    compute.make(call, WEB, b"of the old bytes")
    for wanted in again.body["renditions"][1:]:
        compute.make(again, wanted["name"], b"of the new bytes")
    compute.publish(failed(again, METADATA, "GenericError"))
    ended(client, path)
    assert rendition(client, path, WEB).content == b"of the new bytes"
    assert httpx.get(again.body["source"]["url"]).content == b"other bytes"
    wait_until(lambda: httpx.get(call.body["source"]["url"]).status_code == 404, 20, "the old bytes are deleted")


def test_a_deleted_asset_takes_its_blobs_along(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.make(call, WEB, b"x")
    wait_until(lambda: rendition(client, path, WEB).status_code == 200, 20, "the rendition")
    blob = call.rendition(WEB)["target"]["urls"][0].partition("?")[0]
    client.post(path, data={":operation": "delete"}).raise_for_status()
    wait_until(lambda: httpx.get(call.body["source"]["url"]).status_code == 404, 20, "the original is deleted")
    assert blob
    compute.make_all(call)


def test_a_journal_that_forgot_our_position_is_read_from_its_oldest_entry(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call
) -> None:
    compute.journal_answers.append(PlainTextResponse("Events at position p have expired.", 410))
    reads = len(compute.reads)
    wait_until(lambda: "" in compute.reads[reads:], 20, "the oldest entry is asked for")
    compute.make_all(call)
    ended(client, path)
    assert content(client, path)["dam:processingAttempts"] == 1


@pytest.mark.parametrize("status", [500, 429, 401, 403, 404])
def test_a_journal_that_fails_is_read_again(
    client: httpx.Client, compute: ForeignCompute, path: str, call: Call, status: int
) -> None:
    compute.journal_answers.append(Response(status_code=status))
    compute.make_all(call)
    ended(client, path)


def test_health_says_how_the_jobs_are(client: httpx.Client, compute: ForeignCompute, path: str, call: Call) -> None:
    parts = client.get("/_aemulator/health").json()["parts"]
    assert parts["processing-jobs"]["submitted"] + parts["processing-jobs"]["pending"] >= 1
    assert parts["loop:poll-journal"]["ok"]
    assert parts["loop:submit-jobs"]["ok"]
