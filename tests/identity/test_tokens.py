"""The token endpoints, with every encoding and version that Adobe's clients use."""

import base64
import json
import time
from typing import Any

import httpx
import jwt
import pytest

from tests.adobe import CLIENT_ID, CLIENT_SECRET, ORG_ID, access_token, headers
from tests.server import ServerProcess

CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}


@pytest.fixture
def ims(server: ServerProcess) -> Any:
    with httpx.Client(base_url=server.url) as client:
        yield client


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


@pytest.mark.parametrize("version", ["v1", "v2", "v3", "v4"])
def test_client_credentials_urlencoded(ims: httpx.Client, version: str) -> None:
    answer = ims.post(f"/ims/token/{version}", data=CREDENTIALS).raise_for_status().json()
    assert answer["token_type"] == "bearer"
    assert 86_000 < answer["expires_in"] <= 86_400  # seconds
    assert claims_of(answer["access_token"])["client_id"] == CLIENT_ID


def test_client_id_in_the_query_and_the_rest_as_multipart(ims: httpx.Client) -> None:
    fields = {name: (None, value) for name, value in CREDENTIALS.items() if name != "client_id"}
    fields["scope"] = (None, "openid,asset_compute")
    answer = ims.post("/ims/token/v4", params={"client_id": CLIENT_ID}, files=fields).raise_for_status().json()
    assert claims_of(answer["access_token"])["scope"] == "openid,asset_compute"


def test_everything_in_the_query(ims: httpx.Client) -> None:
    assert ims.post("/ims/token/v3", params=CREDENTIALS).is_success


def test_basic_authorization_names_the_client(ims: httpx.Client) -> None:
    answer = ims.post("/ims/token/v3", data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, CLIENT_SECRET))
    assert answer.is_success


def test_claims_are_those_that_adobes_clients_read(ims: httpx.Client) -> None:
    before = int(time.time() * 1000) - 1
    claims = claims_of(ims.post("/ims/token/v3", data=CREDENTIALS).json()["access_token"])
    assert claims["type"] == "access_token"
    assert claims["as"] == "ims-na1"
    assert claims["org"] == ORG_ID
    assert claims["user_id"].endswith("@techacct.adobe.com")
    assert before <= int(claims["created_at"])
    assert claims["expires_in"] == "86400000"
    assert "asset_compute" in claims["scope"].split(",")


def test_wrong_secret_is_the_answer_that_makes_the_client_try_the_next(ims: httpx.Client) -> None:
    answer = ims.post("/ims/token/v4", data={**CREDENTIALS, "client_secret": "wrong"})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_client",
        "error_description": "invalid client_secret parameter",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"scope": "no_such_scope"}, "invalid_scope"),
        ({"grant_type": "refresh_token", "refresh_token": "x.y.z"}, "invalid_grant"),
    ],
)
def test_refusals(ims: httpx.Client, change: dict[str, str], code: str) -> None:
    answer = ims.post("/ims/token/v3", data={**CREDENTIALS, **change})
    assert (answer.status_code, answer.json()["error"]) == (400, code)


def test_scopes_that_the_integration_does_not_have_are_not_granted(ims: httpx.Client) -> None:
    token = ims.post("/ims/token/v3", data={**CREDENTIALS, "scope": "openid firefly_api"}).json()["access_token"]
    assert claims_of(token)["scope"] == "openid"


def test_wrong_method_and_broken_multipart_are_no_pages_of_html(ims: httpx.Client) -> None:
    wrong = ims.get("/ims/token/v3")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "POST"
    broken = ims.post("/ims/token/v3", content=b"--x", headers={"content-type": "multipart/form-data"})
    assert (broken.status_code, broken.json()["error"]) == (400, "invalid_request")


def test_tokens_check_against_the_published_keys(ims: httpx.Client, server: ServerProcess) -> None:
    token = access_token(server.url)
    keys = {key["kid"]: jwt.PyJWK(key) for key in ims.get("/ims/keys").json()["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["RS256"])["client_id"] == CLIENT_ID


def test_validation_and_invalidation(ims: httpx.Client, server: ServerProcess) -> None:
    token = access_token(server.url)
    asked = {"token": token, "type": "access_token", "client_id": CLIENT_ID}
    good = ims.post("/ims/validate_token/v1", data=asked).json()
    assert good["valid"] is True
    assert good["token"]["client_id"] == CLIENT_ID

    secret = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "cascading": "all"}
    assert ims.post(
        "/ims/invalidate_token/v2", data={"token": token, "token_type": "access_token", **secret}
    ).is_success
    assert ims.post("/ims/validate_token/v1", data=asked).json() == {"valid": False, "reason": "token_invalidated"}
    assert ims.post("/ims/invalidate_token/v2", data={"token": token, **secret}).is_success  # twice is no error


def test_an_invalidated_token_opens_nothing_any_more(ims: httpx.Client, server: ServerProcess) -> None:
    token, other = access_token(server.url), access_token(server.url)
    doors = [("POST", "/register"), ("GET", "/api/assets.json"), ("GET", "/ims/organizations/v6")]
    opened = {"open": {200}, "closed": {401}}

    def answers(token: str) -> set[int]:
        return {ims.request(method, path, headers=headers(token)).status_code for method, path in doors}

    assert (answers(token), answers(other)) == (opened["open"], opened["open"])
    ims.post("/ims/invalidate_token/v2", headers=headers(token)).raise_for_status()
    assert (answers(token), answers(other)) == (opened["closed"], opened["open"])
    token_id = jwt.decode(token, options={"verify_signature": False})["id"]
    assert token_id in ims.get("/ims/keys").json()["invalidated"]  # what another process goes by


def test_validation_of_something_else(ims: httpx.Client, server: ServerProcess) -> None:
    other_client = {"token": access_token(server.url), "client_id": "somebody-else"}
    for asked in ({"token": "nonsense"}, other_client):
        answer = ims.post("/ims/validate_token/v1", data=asked)
        assert (answer.status_code, answer.json()["valid"]) == (200, False)


def test_validation_by_authorization_header(ims: httpx.Client, server: ServerProcess) -> None:
    bearer = {"authorization": f"Bearer {access_token(server.url)}"}
    fields = {"type": (None, "access_token"), "client_id": (None, CLIENT_ID)}
    assert ims.post("/ims/validate_token/v1", files=fields, headers=bearer).json()["valid"] is True


def test_organizations_and_profile(ims: httpx.Client, server: ServerProcess) -> None:
    bearer = {"authorization": f"Bearer {access_token(server.url)}"}
    organizations = ims.get("/ims/organizations/v6", headers=bearer).json()
    assert organizations[0]["orgRef"] == {"ident": ORG_ID.partition("@")[0], "authSrc": "AdobeOrg"}
    assert ims.get("/ims/profile/v1", headers=bearer).json()["userId"].endswith("@techacct.adobe.com")
    assert ims.get("/ims/userinfo/v2", headers=bearer).json()["sub"].endswith("@techacct.adobe.com")
    assert ims.get("/ims/organizations/v6").status_code == 401


def test_code_flow_gives_tokens_that_can_be_refreshed_once(ims: httpx.Client) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": "http://127.0.0.1:9/cb?a=b", "state": "s t", "scope": "openid"}
    back = ims.get("/ims/authorize/v2", params=asked)
    assert back.status_code == 302
    query = httpx.URL(back.headers["location"]).params
    assert (query["a"], query["state"]) == ("b", "s t")

    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    first = ims.post("/ims/token/v1", data={**client, "grant_type": "authorization_code", "code": query["code"]}).json()
    assert claims_of(first["access_token"])["scope"] == "openid"
    refresh = {**client, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert ims.post("/ims/token/v1", data=refresh).json()["access_token"]
    assert ims.post("/ims/token/v1", data=refresh).json()["error"] == "invalid_grant"


def test_code_flow_sends_nobody_elsewhere(ims: httpx.Client) -> None:
    asked = {"client_id": CLIENT_ID, "redirect_uri": "https://evil.example/cb"}
    assert ims.get("/ims/authorize/v2", params=asked).status_code == 400
