"""The JWT exchange: assertions signed with the kept key of the default integration."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from identity import keys
from identity.integrations import METASCOPES
from tests.adobe import CLIENT_ID, CLIENT_SECRET, ORG_ID
from tests.identity.test_tokens import claims_of
from tests.server import ServerProcess

ACCOUNT = "A1B2C3D4E5F60718293A4B5C@techacct.adobe.com"
Exchange = Callable[..., httpx.Response]


@pytest.fixture
def private_key(server: ServerProcess) -> str:
    httpx.post(
        f"{server.url}/ims/token/v3",
        data={"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    )  # makes the default integration, and with it the key
    return (server.data_dir / "secrets" / keys.integration_key_file().name).read_text()


@pytest.fixture
def exchange(server: ServerProcess, private_key: str) -> Exchange:
    def post(path: str = "/ims/exchange/v1/jwt", key: Any = private_key, **changes: Any) -> httpx.Response:
        assertion = jwt.encode({**_payload(server.url), **changes}, key, algorithm="RS256")
        fields = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "jwt_token": assertion}
        return httpx.post(server.url + path, files={name: (None, value) for name, value in fields.items()})

    return post


def _payload(ims: str) -> dict[str, Any]:
    scopes = {f"{ims}/s/{metascope}": True for metascope in METASCOPES}
    return {"iss": ORG_ID, "sub": ACCOUNT, "aud": f"{ims}/c/{CLIENT_ID}", "exp": int(time.time()) + 300, **scopes}


@pytest.mark.parametrize("path", ["/ims/exchange/v1/jwt", "/ims/exchange/jwt", "/ims/exchange/jwt/"])
def test_every_path_that_clients_use(exchange: Exchange, path: str) -> None:
    answer = exchange(path).raise_for_status().json()
    assert answer["token_type"] == "bearer"
    assert 86_000_000 < answer["expires_in"] <= 86_400_000  # milliseconds
    scopes = claims_of(answer["access_token"])["scope"].split(",")
    assert {"openid", "AdobeID", "asset_compute", "event_receiver", "adobeio_api"} <= set(scopes)


def test_metascopes_decide_the_scopes(exchange: Exchange, server: ServerProcess) -> None:
    others = {f"{server.url}/s/{name}": False for name in METASCOPES if name != "event_receiver_api"}
    scopes = claims_of(exchange(**others).json()["access_token"])["scope"]
    assert scopes == "openid,AdobeID,event_receiver,event_receiver_api"


@pytest.mark.parametrize(
    "changes",
    [{"exp": 1}, {"iss": "other@AdobeOrg"}, {"sub": "other"}, {"aud": "http://ims/c/other"}, {"aud": 5}],
    ids=["expired", "other organization", "other account", "other client", "no audience"],
)
def test_wrong_claims_are_refused(exchange: Exchange, changes: dict[str, Any]) -> None:
    answer = exchange(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")


def test_the_host_that_the_client_knows_us_by_does_not_matter(exchange: Exchange) -> None:
    assert exchange(aud=f"https://ims-na1.adobelogin.com/c/{CLIENT_ID}").is_success


def test_a_foreign_signature_is_refused(exchange: Exchange) -> None:
    answer = exchange(key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")
    assert "signature" in answer.json()["error_description"]


def test_something_that_is_no_jwt_is_refused(server: ServerProcess) -> None:
    fields = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "jwt_token": "nonsense"}
    answer = httpx.post(f"{server.url}/ims/exchange/jwt", data=fields)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")
