"""How a client gets a token: client credentials, JWT exchange, authorization code, refresh token."""

from collections.abc import Mapping
from typing import Any

import jwt

from identity import integrations, tokens
from identity.errors import InvalidAssertion, InvalidRequest, UnsupportedGrant
from identity.models import Integration

CLIENT_CREDENTIALS = "client_credentials"
Parameters = Mapping[str, str]
Answer = dict[str, Any]


def token(parameters: Parameters) -> Answer:
    """Answer `/ims/token/*`: `expires_in` is in seconds."""
    grant = _required(parameters, "grant_type")
    integration = _client(parameters)
    match grant:
        case "client_credentials":
            return _answer(integration, integrations.granted_scopes(integration, parameters.get("scope", "")))
        case "authorization_code":
            return _of_user(integration, _required(parameters, "code"), tokens.CODE)
        case "refresh_token":
            return _of_user(integration, _required(parameters, "refresh_token"), tokens.REFRESH)
    raise UnsupportedGrant(f"unsupported grant_type {grant}")


def exchange(parameters: Parameters) -> Answer:
    """Answer `/ims/exchange/*jwt`: a signed assertion of the technical account for a token. `expires_in` is in ms."""
    assertion = _required(parameters, "jwt_token")
    integration = _client(parameters)
    payload = _verified(integration, assertion)
    scopes = integrations.scopes_of_metascopes(integration, _metascopes(payload))
    lifetime = tokens.LIFETIME_MS[tokens.ACCESS]
    return {"token_type": "bearer", "access_token": tokens.issue(integration, scopes), "expires_in": lifetime - 1}


def _answer(integration: Integration, scopes: list[str]) -> Answer:
    access = tokens.issue(integration, scopes)
    seconds = tokens.LIFETIME_MS[tokens.ACCESS] // 1000 - 1
    return {"access_token": access, "token_type": "bearer", "expires_in": seconds}


def _of_user(integration: Integration, presented: str, kind: str) -> Answer:
    """A code or refresh token for a new pair of tokens. Either is good for one use."""
    found = tokens.redeem(presented, kind, integration.client_id)
    tokens.invalidate(found)
    scopes = integrations.granted_scopes(integration, found["scope"])
    return {**_answer(integration, scopes), "refresh_token": tokens.issue(integration, scopes, tokens.REFRESH)}


def _client(parameters: Parameters) -> Integration:
    return integrations.authenticated(_required(parameters, "client_id"), _required(parameters, "client_secret"))


def _required(parameters: Parameters, name: str) -> str:
    value = parameters.get(name)
    if not value:
        raise InvalidRequest(f"missing parameter {name}")
    return value


def _verified(integration: Integration, assertion: str) -> dict[str, Any]:
    """The assertion's claims. The audience holds whatever URL the client reached us under, then `/c/<client id>`."""
    payload = _signed_payload(integration, assertion)
    audiences = payload["aud"] if isinstance(payload["aud"], list) else [payload["aud"]]
    if not any(str(audience).endswith(f"/c/{integration.client_id}") for audience in audiences):
        raise InvalidAssertion(f"the audience must end with /c/{integration.client_id}")
    if payload["iss"] != integration.org_id:
        raise InvalidAssertion(f"the issuer must be the organization {integration.org_id}")
    if payload["sub"] != integration.technical_account_id:
        raise InvalidAssertion(f"the subject must be the technical account {integration.technical_account_id}")
    return payload


def _signed_payload(integration: Integration, assertion: str) -> dict[str, Any]:
    options: dict[str, Any] = {"verify_aud": False, "require": ["exp", "iss", "sub", "aud"]}
    try:
        if not integration.public_keys:
            options |= {"verify_signature": False, "verify_exp": True}
            return jwt.decode(assertion, options=options)  # type: ignore[arg-type]
        return _by_any_key(integration.public_keys, assertion, options)
    except jwt.ExpiredSignatureError as err:
        raise InvalidAssertion("JWT token is expired") from err
    except jwt.InvalidSignatureError as err:
        raise InvalidAssertion("Could not match JWT signature to any of the bindings") from err
    except jwt.InvalidTokenError as err:
        raise InvalidAssertion(f"JWT token is malformed: {err}") from err


def _by_any_key(keys: list[str], assertion: str, options: dict[str, Any]) -> dict[str, Any]:
    *others, last = keys
    for key in others:
        try:
            return jwt.decode(assertion, key, algorithms=["RS256"], options=options)  # type: ignore[arg-type]
        except jwt.InvalidSignatureError:
            continue
    return jwt.decode(assertion, last, algorithms=["RS256"], options=options)  # type: ignore[arg-type]


def _metascopes(payload: dict[str, Any]) -> list[str]:
    """Names of the claims `<ims>/s/<metascope>: true`."""
    return [name.rpartition("/s/")[2] for name, value in payload.items() if "/s/" in name and value is True]
