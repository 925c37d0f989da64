"""The recorder's storage is bounded, by number, bytes and age; the oldest go first, with all that is theirs."""

import time

import pytest
from django.conf import settings

from dbthreads import sql
from flow import retention
from flow.writing import Writer
from tests.flow.traffic import Asset, exchange

pytestmark = pytest.mark.django_db


@pytest.fixture
def flows() -> list[str]:
    """Five flows, oldest first."""
    writer = Writer()
    now = time.time()
    for number in range(5):
        asset = Asset(number, now - 100 + number)
        writer.write([*asset.upload(), *asset.job(), *asset.store(), *asset.events()])
    return [flow for (flow,) in sql.rows("SELECT id FROM flow_flow ORDER BY started")]


def pruned() -> list[str]:
    for _ in range(100):
        if not retention.prune():
            break
    return [flow for (flow,) in sql.rows("SELECT id FROM flow_flow ORDER BY started")]


def test_nothing_goes_within_the_bounds(flows: list[str]) -> None:
    assert pruned() == flows


def test_the_newest_are_kept(flows: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FLOW_MAX_FLOWS", 2)
    assert pruned() == flows[-2:]
    kept = {flow for (flow,) in sql.rows("SELECT DISTINCT flow FROM flow_exchange")}
    assert kept == set(flows[-2:])
    assert {flow for (flow,) in sql.rows("SELECT DISTINCT flow FROM flow_key")} == set(flows[-2:])


def test_bytes_are_bounded(flows: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    weight = int(sql.scalar("SELECT weight FROM flow_flow WHERE id = %s", [flows[-1]]))
    monkeypatch.setattr(settings, "FLOW_MAX_BYTES", int(weight * 3.5))
    assert pruned() == flows[-3:]


def test_age_is_bounded(flows: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sql.execute("UPDATE flow_flow SET touched = %s WHERE id = %s", [time.time() - 1000, flows[0]])
    monkeypatch.setattr(settings, "FLOW_MAX_AGE", 500.0)
    assert pruned() == flows[1:]


def test_exchanges_of_no_flow_are_bounded(flows: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOOSE", 3)
    old = time.time() - 60
    loose = [exchange("client", "identity", "POST", "/ims/token/v3", old + number) for number in range(10)]
    Writer().write(loose)
    pruned()
    assert sql.scalar("SELECT count(*) FROM flow_exchange WHERE flow = ''") == 3


def test_an_exchange_waits_for_the_beginning_of_its_flow_but_not_for_ever() -> None:
    writer, now = Writer(), time.time()
    young, old = Asset(1, now - 1.3), Asset(2, now - 60)
    waiting = writer.write([*young.store(), *old.store()])
    assert {one.path for one in waiting} == {one.path for one in young.store()}
    assert writer.write([*young.upload(), *young.job(), *waiting]) == []
    assert sql.scalar("SELECT count(*) FROM flow_exchange WHERE step = 5 AND flow <> ''") == len(young.names)


def test_what_is_hostile_is_written_all_the_same() -> None:
    odd = "\ud800\0\u2028" * 50
    asset = Asset(1, time.time() - 60)
    initiated = asset.upload()[0]
    body = initiated.response.kept.decode().replace("1.jpg", "\\u0000\\ud800 1.jpg")
    initiated.response.kept = body.encode()
    initiated.response.size = len(body)
    initiated.request.headers.append(("x-odd", odd.encode("utf-8", "replace").decode()))
    initiated.error = odd
    Writer().write([initiated])
    assert sql.scalar("SELECT count(*) FROM flow_flow") == 1
