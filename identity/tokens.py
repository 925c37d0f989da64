"""Tokens of the IMS: JWTs signed with RS256, with the claims that Adobe's clients read.

`created_at` and `expires_in` are milliseconds, as strings: aio-lib-ims adds the two up. asset-compute-events-client
reads `client_id` and `as`. There is no `exp` claim.
"""

import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import jwt

from identity import bearer
from identity.errors import InvalidGrant, Unauthenticated
from identity.keys import jwks, key_id, signing_key
from identity.models import Integration, InvalidatedToken

ACCESS = "access_token"
REFRESH = "refresh_token"
CODE = "authorization_code"
LIFETIME_MS = {ACCESS: 24 * 3600 * 1000, REFRESH: 14 * 24 * 3600 * 1000, CODE: 30 * 60 * 1000}
IMS = "ims-na1"

Claims = dict[str, Any]


def issue(integration: Integration, scopes: Iterable[str], kind: str = ACCESS) -> str:
    """A fresh token of this kind for the integration's technical account."""
    return sign(claims(integration, scopes, kind, LIFETIME_MS[kind]))


def claims(integration: Integration, scopes: Iterable[str], kind: str, lifetime_ms: int) -> Claims:
    created_ms, unique = now_ms(), uuid.uuid4().hex
    return {
        "id": f"{created_ms}_{unique}_ue1",
        "org": integration.org_id,
        "type": kind,
        "client_id": integration.client_id,
        "user_id": integration.technical_account_id,
        "as": IMS,
        "aa_id": integration.technical_account_id,
        "ctp": 3,
        "moi": unique[:8],
        "expires_in": str(lifetime_ms),
        "created_at": str(created_ms),
        "scope": ",".join(scopes),
    }


def sign(payload: Claims) -> str:
    key = signing_key()
    return jwt.encode(payload, key, algorithm="RS256", headers={"kid": key_id(key), "itt": "at"})


def read(token: str, kind: str = ACCESS) -> Claims:
    """The claims of a token of ours that is still good; `Unauthenticated` says why it is not."""
    found = _decode(token)
    if found.get("type") != kind:
        raise Unauthenticated(f"not a token of type {kind}")
    if expires_ms(found) <= now_ms():
        raise Unauthenticated("token_expired")
    if InvalidatedToken.objects.filter(token_id=found["id"]).exists():
        raise Unauthenticated("token_invalidated")
    return found


def redeem(token: str, kind: str, client_id: str) -> Claims:
    """The claims of an authorization code or refresh token which this client presents."""
    try:
        found = read(token, kind)
    except Unauthenticated as err:
        raise InvalidGrant(f"the {kind} is not valid: {err}") from err
    if found["client_id"] != client_id:
        raise InvalidGrant(f"the {kind} was issued to another client")
    return found


def invalidate(found: Claims) -> None:
    expires_at = datetime.fromtimestamp(expires_ms(found) / 1000, UTC)
    InvalidatedToken.objects.get_or_create(token_id=found["id"], defaults={"expires_at": expires_at})
    InvalidatedToken.objects.filter(expires_at__lt=datetime.now(UTC)).delete()
    bearer.revoke(found["id"])


def published() -> dict[str, Any]:
    """What checks of tokens go by: the key set, and the ids of tokens that were taken back."""
    return {**jwks(), "invalidated": list(InvalidatedToken.objects.values_list("token_id", flat=True))}


def expires_ms(found: Claims) -> int:
    """When a token ends, in milliseconds since the epoch."""
    return int(found["created_at"]) + int(found["expires_in"])


def now_ms() -> int:
    return int(time.time() * 1000)


def _decode(token: str) -> Claims:
    try:
        return jwt.decode(token, signing_key().public_key(), algorithms=["RS256"], options={"verify_aud": False})
    except jwt.InvalidTokenError as err:
        raise Unauthenticated(f"bad_signature: {err}") from err
