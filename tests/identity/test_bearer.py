"""The check of a bearer token, against an IMS whose keys the test decides on."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django.fixtures import Settings

from identity import bearer
from identity.keys import key_id
from tests.server import wait_until

Key = rsa.RSAPrivateKey


class PublishedKeys(ThreadingHTTPServer):
    """An IMS that only publishes keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.keys: list[Key] = []
        self.invalidated: list[str] = []
        self.fetches = 0
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: PublishedKeys

    def do_GET(self) -> None:
        self.server.fetches += 1
        document = {"keys": [_jwk(key) for key in self.server.keys], "invalidated": self.server.invalidated}
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _jwk(key: Key) -> dict[str, Any]:
    members = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**members, "kid": key_id(key)}


@pytest.fixture(scope="module")
def key() -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def ims(key: Key, settings: Settings) -> Iterator[PublishedKeys]:
    server = PublishedKeys()
    server.keys = [key]
    settings.IMS_URL = server.url
    bearer.forget()
    yield server
    server.stop()
    bearer.forget()


def token(key: Key, **changes: Any) -> str:
    claims = {
        "type": "access_token",
        "client_id": "c",
        "user_id": "u",
        "org": "o",
        "scope": "a,b",
        "created_at": str(int(time.time() * 1000)),
        "expires_in": "60000",
    }
    return jwt.encode({**claims, **changes}, key, algorithm="RS256", headers={"kid": key_id(key)})


def test_a_good_token_in_a_header_or_bare(ims: PublishedKeys, key: Key) -> None:
    good = token(key)
    for given in (f"Bearer {good}", f"bearer  {good}", good):
        claims = bearer.verify(given)
        assert (claims.client_id, claims.user_id, claims.org, claims.scopes) == ("c", "u", "o", frozenset("ab"))
    assert abs(claims.expires_at - time.time() - 60) < 5


async def test_the_event_loop_has_its_own_way_with_one_fetch_for_all(ims: PublishedKeys, key: Key) -> None:
    found = await asyncio.gather(*[bearer.verify_async(f"Bearer {token(key, client_id=str(n))}") for n in range(20)])
    assert [claims.client_id for claims in found] == [str(n) for n in range(20)]
    assert ims.fetches == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi"])
def test_no_token(ims: PublishedKeys, header: str | None) -> None:
    with pytest.raises(bearer.MissingToken):
        bearer.verify(header)


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer a.b.c", "Bearer é", "Bearer " + "x" * 9000])
def test_not_a_token(ims: PublishedKeys, header: str) -> None:
    with pytest.raises(bearer.InvalidToken):
        bearer.verify(header)


def _is_expired(token: str) -> bool:
    try:
        bearer.verify(token)
    except bearer.ExpiredToken:
        return True
    return False


def test_expiry_is_created_at_plus_expires_in(ims: PublishedKeys, key: Key) -> None:
    with pytest.raises(bearer.ExpiredToken):
        bearer.verify(token(key, created_at="1000"))
    with pytest.raises(bearer.ExpiredToken):
        bearer.verify(token(key, exp=1000))


def test_a_remembered_token_expires_too(ims: PublishedKeys, key: Key) -> None:
    short = token(key, expires_in="300")
    assert bearer.verify(short)
    wait_until(lambda: _is_expired(short), 5, "the token expires")


@pytest.mark.parametrize(
    "changes", [{"type": "refresh_token"}, {"created_at": "soon"}, {"client_id": None, "scope": 5}]
)
def test_claims_of_another_shape(ims: PublishedKeys, key: Key, changes: dict[str, Any]) -> None:
    with pytest.raises(bearer.InvalidToken):
        bearer.verify(token(key, **changes))


def test_a_token_that_was_taken_back(ims: PublishedKeys, key: Key) -> None:
    """Before this process looked, or after."""
    ims.invalidated = ["early"]
    late = token(key, id="late")
    with pytest.raises(bearer.InvalidToken, match="invalidated"):
        bearer.verify(token(key, id="early"))
    assert bearer.verify(late)
    bearer.revoke("late")
    with pytest.raises(bearer.InvalidToken, match="invalidated"):
        bearer.verify(late)
    assert bearer.verify(token(key, id="other"))


def test_a_key_that_is_not_published(ims: PublishedKeys, key: Key) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(bearer.InvalidToken):
        bearer.verify(token(stranger))
    forged = jwt.encode({"type": "access_token"}, stranger, algorithm="RS256", headers={"kid": key_id(key)})
    with pytest.raises(bearer.InvalidToken):
        bearer.verify(forged)


def test_no_signature_is_no_signature(ims: PublishedKeys, key: Key) -> None:
    unsigned = jwt.encode({"type": "access_token"}, key="", algorithm="none", headers={"kid": key_id(key)})
    with pytest.raises(bearer.InvalidToken):
        bearer.verify(unsigned)


def test_a_new_key_is_fetched_but_strangers_do_not_make_us_fetch_each_time(
    ims: PublishedKeys, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bearer.verify(token(key))
    rotated = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for _ in range(5):
        with pytest.raises(bearer.InvalidToken):
            bearer.verify(token(rotated))
    assert ims.fetches == 1
    ims.keys.append(rotated)
    monkeypatch.setattr(bearer, "UNKNOWN_KEY_PAUSE", 0.0)
    assert bearer.verify(token(rotated))


async def test_an_ims_that_is_away_says_so(settings: Settings, key: Key) -> None:
    settings.IMS_URL = "http://127.0.0.1:9"
    bearer.forget()
    with pytest.raises(bearer.ImsUnreachable, match=r"127\.0\.0\.1:9"):
        bearer.verify(token(key))
    with pytest.raises(bearer.ImsUnreachable):
        await bearer.verify_async(token(key))


def test_known_keys_outlive_the_ims(ims: PublishedKeys, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bearer.verify(token(key))
    ims.shutdown()
    monkeypatch.setattr(bearer, "KEYS_FRESH_FOR", 0.0)
    monkeypatch.setattr(bearer, "FETCH_TIMEOUT", 0.2)
    assert bearer.verify(token(key, client_id="other")).client_id == "other"


def test_the_second_check_of_a_token_is_cheap(ims: PublishedKeys, key: Key) -> None:
    header = f"Bearer {token(key)}"
    bearer.verify(header)
    started = time.process_time()
    for _ in range(1000):
        bearer.verify(header)
    assert time.process_time() - started < 0.1  # 0.1 ms each
