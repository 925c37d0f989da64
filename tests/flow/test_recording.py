"""A real server records its own exchanges: who asked whom, for which asset and rendition, in which step."""

import itertools
from typing import Any

import httpx
import pytest

from tests import photographer
from tests.flow.flows import flow_of
from tests.photographer import Upload
from tests.server import ServerProcess, wait_until

Json = dict[str, Any]
DEFAULTS = photographer.RENDITIONS - {"original"}


@pytest.fixture(scope="module")
def recorded(server: ServerProcess) -> Json:
    """The flow of an asset that was uploaded and processed."""
    with photographer.client(server) as http, server.client() as client:
        folder = photographer.make_folder(http, "recorded")
        path = Upload(http, folder, "sea shore é.jpg", photographer.photo(1)).run()
        photographer.wait_processed(http, [path], 60)
        return flow_of(client, path)


def test_a_flow_has_every_step(recorded: Json) -> None:
    assert recorded["flow"]["state"] == "done"
    assert recorded["flow"]["path"] == "/content/dam/recorded/sea shore é.jpg"
    assert recorded["flow"]["kind"] == "upload"
    assert [step["state"] for step in recorded["steps"]] == ["done"] * 7
    assert {one["step"] for one in recorded["exchanges"]} == {1, 2, 4, 5, 6, 7}


def test_every_rendition_has_the_exchanges_that_made_it(recorded: Json) -> None:
    exchanges = {one["id"]: one for one in recorded["exchanges"]}
    assert {one["name"] for one in recorded["renditions"]} == DEFAULTS
    for rendition in recorded["renditions"]:
        assert rendition["state"] == "attached"
        own = [exchanges[number] for number in rendition["exchanges"]]
        arrows = [(one["from"], one["to"], one["method"], one["step"]) for one in own]
        assert arrows[:3] == [
            ("core-worker", "blobstore", "PUT", 5),
            ("compute", "events", "POST", 6),
            ("repository", "blobstore", "PUT", 7),
        ]


def test_the_waterfall_nests_exchanges_below_renditions_and_names_what_was_waited_for(recorded: Json) -> None:
    spans = {one["id"]: one for one in recorded["spans"]}
    shown = {one["exchange"] for one in spans.values() if one["kind"] == "exchange"}
    assert shown == {one["id"] for one in recorded["exchanges"]}
    puts = [one for one in spans.values() if one["kind"] == "exchange" and one["rendition"]]
    assert all(spans[one["parent"]]["kind"] == "rendition" for one in puts)
    waits = [one["words"] for one in spans.values() if one["kind"] == "gap"]
    assert waits
    assert all(waits)
    assert all(one["ended"] >= one["started"] for one in spans.values())


def test_the_journal_page_is_part_of_the_flow(recorded: Json) -> None:
    assert {entry["rendition"] for entry in recorded["journal"]} == DEFAULTS
    assert all(entry["position"] for entry in recorded["journal"])


def test_the_changes_show_properties_before_and_after(client: httpx.Client, recorded: Json) -> None:
    path = f"{recorded['flow']['path']}/jcr:content"

    def told() -> list[Json]:
        """What only the repository knows is asked for when somebody looks into a flow."""
        changes = client.get(f"/_aemulator/flows/{recorded['flow']['id']}").json()["changes"]
        of_the_asset = [one for one in changes if one["path"] == path]
        return changes if len(of_the_asset) == 2 else []

    changes = wait_until(told, 30, "the changes of properties are known")
    asked, finished = (one for one in changes if one["path"] == path)
    assert (asked["step"], asked["kind"], asked["before"]) == (1, "created", None)
    assert asked["after"]["dam:assetState"] == "processing"
    assert asked["after"]["dam:processingId"] in recorded["flow"]["request_ids"]
    assert (finished["step"], finished["kind"]) == (7, "modified")
    assert finished["before"] == {"dam:assetState": "processing"}
    assert finished["after"] == {"dam:assetState": "processed"}
    described = next(one for one in changes if one["path"] == f"{path}/metadata")
    assert described["step"] == 7
    assert "tiff:ImageWidth" not in described["before"]
    assert described["after"]["tiff:ImageWidth"] == 640
    assert [one["at"] for one in changes] == sorted(one["at"] for one in changes)


def test_an_exchange_shows_its_messages_without_secrets(client: httpx.Client, recorded: Json) -> None:
    for summary in recorded["exchanges"]:
        answer = client.get(f"/_aemulator/exchanges/{summary['id']}")
        assert answer.status_code == 200
        found = answer.json()
        assert found["flows"] == [recorded["flow"]["id"]]
        assert found["request"]["headers"]
        for name, value in found["request"]["headers"]:
            if name == "authorization":
                assert value.split()[1] == "redacted"
        signatures = [part for part in answer.text.split("sig=")[1:] if not part.startswith("redacted")]
        assert not signatures
    job = next(one for one in recorded["exchanges"] if one["path"] == "/process")
    found = client.get(f"/_aemulator/exchanges/{job['id']}").json()
    assert found["request"]["body"]["kind"] == "json"
    assert "sea shore é.jpg" in found["request"]["body"]["text"]
    assert found["curl"].startswith("curl -i -X POST http://")


def test_small_pictures_can_be_shown(client: httpx.Client, recorded: Json) -> None:
    name = "cq5dam.thumbnail.48.48.png"
    put = next(one for one in recorded["exchanges"] if one["rendition"] == name and one["step"] == 5)
    body = client.get(f"/_aemulator/exchanges/{put['id']}").json()["request"]["body"]
    assert body["data"].startswith("data:image/png;base64,")


def test_processing_again_is_another_flow(client: httpx.Client, server: ServerProcess) -> None:
    with photographer.client(server) as http:
        path = Upload(http, photographer.make_folder(http, "twice"), "a.jpg", photographer.photo(2)).run()
        photographer.wait_processed(http, [path], 60)
    first = flow_of(client, path)
    client.post("/bin/asynccommand", data={"operation": "PROCESS", "asset": path}).raise_for_status()

    def second() -> list[Json]:
        flows = client.get("/_aemulator/flows?limit=10").json()["flows"]
        return [one for one in flows if one["kind"] == "reprocess" and one["state"] == "done"]

    (again,) = wait_until(second, 30, "the second flow is done")
    assert again["asset"] == first["flow"]["asset"]
    assert again["counts"] == {**first["flow"]["counts"], "exchanges": again["counts"]["exchanges"]}


def test_a_file_in_one_request_is_a_flow_from_its_first_byte(client: httpx.Client) -> None:
    content = photographer.photo(3)
    form = {"fileName": "one-go.jpg", "_charset_": "utf-8"}
    files = {"file": ("one-go.jpg", content, "image/jpeg")}
    client.post("/content/dam.createasset.html", data=form, files=files).raise_for_status()
    flow = flow_of(client, "/content/dam/one-go.jpg")
    first = [one for one in flow["exchanges"] if one["step"] == 1]
    assert ("client", "repository", "POST") in {(one["from"], one["to"], one["method"]) for one in first}
    assert {one["state"] for one in flow["renditions"]} == {"attached"}


def test_who_looks_at_a_finished_asset_is_no_part_of_its_flow(client: httpx.Client, server: ServerProcess) -> None:
    with photographer.client(server) as http:
        path = Upload(http, photographer.make_folder(http, "looked-at"), "a.jpg", photographer.photo(4)).run()
    before = flow_of(client, path)
    for name in ("original", "cq5dam.thumbnail.48.48.png"):
        assert client.get(f"{path}/jcr:content/renditions/{name}").status_code == 200
    again = flow_of(client, path)
    assert [one["id"] for one in again["exchanges"]] == [one["id"] for one in before["exchanges"]]
    later = flow_of(client, photographed_later(client, server))
    traffic = client.get("/_aemulator/traffic", params={"since": before["mark"]}).json()["traffic"]
    assert {one["flow"] for one in traffic if one["to"] == "blobstore"} == {later["flow"]["id"]}


def photographed_later(client: httpx.Client, server: ServerProcess) -> str:
    """One more asset: when its flow is there, everything before it is written."""
    with photographer.client(server) as http:
        return Upload(http, photographer.make_folder(http, "later"), "b.jpg", photographer.photo(5)).run()


def test_lists_can_be_searched_and_paged(client: httpx.Client, recorded: Json) -> None:
    wanted = recorded["flow"]["id"]
    for query in ({"q": "SEA SH"}, {"path": recorded["flow"]["path"]}, {"q": wanted}):
        assert [one["id"] for one in client.get("/_aemulator/flows", params=query).json()["flows"]] == [wanted]
    assert client.get("/_aemulator/flows", params={"q": "100%"}).json()["flows"] == []
    everything = client.get("/_aemulator/flows").json()["flows"]
    paged, before = [], ""
    for _ in everything:
        page = client.get("/_aemulator/flows", params={"limit": 1, "before": before}).json()["flows"]
        paged += page
        before = page[0]["id"]
    assert [one["id"] for one in paged] == [one["id"] for one in everything]


def test_a_flow_is_found_by_the_id_of_its_request(client: httpx.Client, recorded: Json) -> None:
    wanted = recorded["flow"]["id"]
    request_id = next(entry["request"] for entry in recorded["journal"])
    assert [one["id"] for one in client.get("/_aemulator/flows", params={"q": request_id}).json()["flows"]] == [wanted]
    led = client.get("/flow", params={"request": request_id})
    assert (led.status_code, led.headers["Location"]) == (302, f"/flow/{wanted}")
    unknown = client.get("/flow", params={"request": 'none"><b>\0'})
    assert unknown.status_code == 200
    assert 'data-request="none&quot;' in unknown.text


def test_traffic_goes_on_from_a_mark(client: httpx.Client, recorded: Json) -> None:
    everything = client.get("/_aemulator/traffic").json()
    numbers = [int(one["exchange"]) for one in everything["traffic"]]
    assert all(earlier < later for earlier, later in itertools.pairwise(numbers))
    assert {one["exchange"] for one in everything["traffic"]} >= {one["id"] for one in recorded["exchanges"]}
    later = client.get("/_aemulator/traffic", params={"since": everything["mark"]}).json()["traffic"]
    assert not [one for one in later if int(one["exchange"]) <= numbers[-1]]


@pytest.mark.parametrize("path", ["flows", "flows/x", "exchanges/1", "traffic"])
def test_only_for_those_who_are_logged_in(server: ServerProcess, path: str) -> None:
    assert httpx.get(f"{server.url}/_aemulator/{path}").status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("flows/none", 404),
        ("exchanges/1", 404),
        ("exchanges/x", 404),
        (f"exchanges/{10**18 * 9}9", 404),
        ("flows?limit=0", 400),
        ("flows?limit=x", 400),
        ("flows?state=odd", 400),
        ("traffic?since=x", 400),
    ],
)
def test_wrong_questions(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(f"/_aemulator/{path}")
    assert answer.status_code == status
    assert answer.json()["message"]


def test_health_says_what_was_written(client: httpx.Client, recorded: Json) -> None:
    part = client.get("/_aemulator/health").json()["parts"]["flow-recorder"]
    assert part["ok"]
    assert part["written"] >= len(recorded["exchanges"])
    assert part["dropped"] == 0
