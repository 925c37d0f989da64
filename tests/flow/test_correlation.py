"""Which exchange belongs to which flow, whatever else is under way."""

import itertools
from collections import defaultdict
from collections.abc import Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow import correlation
from flow.captured import Captured
from flow.correlation import Clues, Found
from tests.flow.traffic import Asset, exchange, page

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may load the machine


class Recorded:
    """Finds flows as the writer does, with its keys in memory."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str]] = {}
        self.flows: dict[str, list[tuple[Captured, Clues, Found]]] = defaultdict(list)
        self._ids = map(str, itertools.count())

    def see(self, exchanges: Iterable[Captured]) -> "Recorded":
        for one in exchanges:
            clues = correlation.clues(one)
            found = correlation.find(clues, self.known, lambda: next(self._ids))
            self.known |= {key.key: (flow, key.rendition) for key, flow in found.keys}
            for key in found.gone:
                self.known.pop(key, None)
            for flow in found.flows:
                self.flows[flow].append((one, clues, found))
        return self

    def steps(self, flow: str) -> list[int]:
        return [found.step for _, _, found in self.flows[flow]]


def test_an_asset_is_one_flow_through_all_steps() -> None:
    asset = Asset(1, 0)
    seen = Recorded().see(
        [
            *asset.upload(),
            *asset.job(),
            *asset.read(True),
            *asset.store(),
            *asset.events(),
            page([asset], 9),
            *asset.attach(),
        ]
    )
    assert list(seen.flows) == ["0"]
    assert seen.steps("0") == [1, 1, 1, 1, 2, 4, 5, 5, 6, 6, 7, 7, 7]
    renditions = [found.rendition for _, _, found in seen.flows["0"] if found.step in {5, 6}]
    assert renditions == asset.names * 2


@UNHURRIED
@given(st.data(), st.integers(2, 5))
def test_flows_that_run_at_once_are_told_apart(data: st.DataObject, count: int) -> None:
    """Also those that read the very same source, whether their worker says who it is or not."""
    first = Asset(0, 0)
    assets = [first, *(Asset(n, n, source=data.draw(st.sampled_from([None, 0]))) for n in range(1, count))]
    tracks = [[*(asset.upload() if asset.generation == 1 else []), *_processed(asset, data)] for asset in assets]
    if any(asset.generation > 1 for asset in assets):  # a source is uploaded before it is processed again
        start, tracks[0] = tracks[0][:5], tracks[0][5:]
    else:
        start = []
    mixed = start + _interleaved(data, tracks)
    seen = Recorded().see([*mixed, page(assets, 99), *(one for asset in assets for one in asset.attach())])
    assert len(seen.flows) == len(assets)
    for flow in seen.flows.values():
        requests = {clues.facts["job"]["request"] for _, clues, _ in flow if "job" in clues.facts}
        assert len(requests) == 1
        number = requests.pop().removeprefix("job-")
        asset = assets[int(number)]
        steps = [found.step for _, _, found in flow]
        assert steps.count(4) == 1
        assert steps.count(5) == steps.count(6) == len(asset.names)
        assert steps.count(7) == 1 + len(asset.names)
        assert steps.count(1) == (4 if asset.generation == 1 else 0)


def test_a_job_that_asks_again_stays_in_its_flow() -> None:
    asset, again = Asset(1, 0), Asset(1, 5)
    again.request, again.activation = "job-again", "activation-again"
    seen = Recorded().see([*asset.upload(), *asset.job(), *again.job(), *again.read(True)])
    assert list(seen.flows) == ["0"]


def test_processing_again_is_a_flow_of_its_own() -> None:
    asset, again = Asset(1, 0), Asset(2, 5, source=1)
    seen = Recorded().see([*asset.upload(), *asset.job(), *again.job(), *again.read(False), *asset.read(False)])
    assert seen.steps("0") == [1, 1, 1, 1, 2, 4]
    assert seen.steps("1") == [2, 4]


def test_jobs_of_other_clients_are_flows_too() -> None:
    body = {"source": "https://somewhere/else.jpg?sig=abc", "renditions": [{"fmt": "png"}, {"fmt": "png"}]}
    answer = {"ok": True, "requestId": "r1", "activationId": "a1"}
    job = exchange("client", "compute", "POST", "/process", 1, request=body, response=answer)
    event = exchange("compute", "events", "POST", "/api/events", 2, headers=(("x-event-id", "a1-0"),))
    seen = Recorded().see([job, event])
    assert [opening.kind for _, _, found in seen.flows["0"] for _, opening in found.opened] == ["asset-compute"]
    told = seen.flows["0"][0][1].facts["job"]
    assert [entry["name"] for entry in told["renditions"]] == ["rendition 0", "rendition 1"]


def test_one_request_may_begin_several_flows() -> None:
    files = [
        {"fileName": name, "uploadToken": f"t-{name}", "uploadURIs": [f"http://h/a/c/{name}?sig={name}"]}
        for name in "ab"
    ]
    answer = {"folderPath": "/content/dam", "files": files}
    initiate = exchange("client", "repository", "POST", "/content/dam.initiateUpload.json", 1, response=answer)
    complete = exchange(
        *("client", "repository", "POST", "/content/dam.completeUpload.json", 2),
        request="fileName=a&uploadToken=t-a&fileName=b&uploadToken=t-b",
        response={"files": [{"path": "/content/dam/a"}, {"path": "/content/dam/b"}]},
    )
    seen = Recorded().see([initiate, complete])
    assert [len(flow) for flow in seen.flows.values()] == [2, 2]


@UNHURRIED
@given(st.binary(max_size=200), st.sampled_from(["repository", "compute", "events", "blobstore", "custom-worker"]))
def test_any_body_is_read_without_harm(body: bytes, receiver: str) -> None:
    for path in ("/process", "/api/events", "/content/dam.initiateUpload.json", "/a/b/c", "/events/expectations"):
        for method in ("GET", "POST", "PUT"):
            clues = correlation.clues(exchange("client", receiver, method, path, 1, request=body, response=body))
            assert 0 <= clues.step <= 7


_FIELDS = st.sampled_from(
    [
        "source",
        "renditions",
        "url",
        "target",
        "urls",
        "userData",
        "aem",
        "event",
        "events",
        "name",
        "files",
        "generation",
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_FIELDS, inner, max_size=4),
    max_leaves=12,
)


@UNHURRIED
@given(st.dictionaries(_FIELDS, json_values, max_size=6), st.sampled_from(["/process", "/api/events"]))
def test_any_json_is_read_without_harm(body: dict[str, object], path: str) -> None:
    receiver = "compute" if path == "/process" else "events"
    for status in (200, 500):
        clues = correlation.clues(
            exchange("client", receiver, "POST", path, 1, request=body, response=body, status=status)
        )
        assert 0 <= clues.step <= 7


def _processed(asset: Asset, data: st.DataObject) -> list[Captured]:
    return [*asset.job(), *asset.read(data.draw(st.booleans())), *asset.store(), *asset.events()]


def _interleaved(data: st.DataObject, tracks: list[list[Captured]]) -> list[Captured]:
    """In any order that keeps the order of each track."""
    left = [list(track) for track in tracks]
    turns = data.draw(st.permutations([number for number, track in enumerate(tracks) for _ in track]))
    return [left[turn].pop(0) for turn in turns]
