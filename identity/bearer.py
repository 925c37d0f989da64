"""The check of a bearer token against the keys that the IMS publishes. The one module here that other boxes import.

`verify` (threads) and `verify_async` (event loop) take the value of an Authorization header, or a bare token, and give
`Claims`. The keys come from settings.IMS_URL over HTTP, as in production, and are remembered; so are tokens that were
found good, which makes the next check of the same token a look into a dictionary. Beside its keys the IMS publishes
the ids of tokens that were taken back; the process that took one back knows of it at once (`revoke`).

BearerError            has `code`, the IMS's word for it
├── MissingToken       no header, another scheme, or no token in it
├── InvalidToken       not a JWT of this IMS: malformed, bad signature, wrong type; or its client took it back
├── ExpiredToken       was good once
└── ImsUnreachable     the keys could not be had: says nothing about the token, and may be tried again
"""

import asyncio
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx
import jwt
from django.conf import settings

import trust

ACCESS_TOKEN = "access_token"
REMEMBERED_TOKENS = 2048
KEYS_FRESH_FOR = 3600.0  # seconds
UNKNOWN_KEY_PAUSE = 2.0  # seconds between two fetches for the sake of unknown keys
FETCH_TIMEOUT = 5.0
NO_PROXY = {"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None}


class BearerError(Exception):
    code: ClassVar[str] = "invalid_token"


class MissingToken(BearerError):
    code = "missing_token"


class InvalidToken(BearerError):
    pass


class ExpiredToken(BearerError):
    code = "token_expired"


class ImsUnreachable(BearerError):
    code = "ims_unreachable"


@dataclass(frozen=True)
class Claims:
    """Who the token speaks for. `org` is None in tokens that name no organization; `expires_at` in epoch seconds."""

    client_id: str
    user_id: str
    org: str | None
    scopes: frozenset[str]
    expires_at: float
    token: str = field(repr=False)
    raw: dict[str, Any] = field(repr=False)


def verify(authorization: str | None) -> Claims:
    """The claims behind an Authorization header (or bare token). Blocks: for threads."""
    token = _token(authorization)
    known = _remembered(token)
    if known:
        return known
    key_id = _key_id(token)
    if _keys.needs_fetch(key_id):
        _refresh(key_id)
    return _checked(token, key_id)


async def verify_async(authorization: str | None) -> Claims:
    """As `verify`, for the event loop; does not wait for anything when the token is known already."""
    token = _token(authorization)
    known = _remembered(token)
    if known:
        return known
    key_id = _key_id(token)
    if _keys.needs_fetch(key_id):
        try:
            await _refresh_async()
        except ImsUnreachable:
            if not _keys.has(key_id):  # while the IMS is away, keys that it published before go on counting
                raise
    return _checked(token, key_id)


async def warm() -> None:
    """Fetch the keys when there are none yet or they are old."""
    if _keys.is_stale():
        await _refresh_async()


def forget() -> None:
    """Drop every remembered key and token."""
    with _lock:
        _tokens.clear()
        _revoked.clear()
    _keys.clear()


def revoke(token_id: str) -> None:
    """A token was taken back: it does not count in this process from now on."""
    with _lock:
        _revoked.add(token_id)
        for token in [token for token, claims in _tokens.items() if claims.raw.get("id") == token_id]:
            del _tokens[token]


class _Keys:
    """The published keys by id, and when they came."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._source = ""
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")

    def is_stale(self) -> bool:
        return self._source != settings.IMS_URL or self._age() > KEYS_FRESH_FOR

    def needs_fetch(self, key_id: str) -> bool:
        return self.is_stale() or (key_id not in self._keys and self._age() > UNKNOWN_KEY_PAUSE)

    def put(self, document: dict[str, Any]) -> None:
        keys = [key for key in document.get("keys", []) if key.get("kty") == "RSA"]
        self._keys = {key["kid"]: jwt.PyJWK(key, algorithm="RS256") for key in keys if "kid" in key}
        for token_id in document.get("invalidated", []):
            revoke(str(token_id))
        self._source = settings.IMS_URL
        self._fetched_at = time.monotonic()

    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def has(self, key_id: str) -> bool:
        return key_id in self._keys

    def get(self, key_id: str) -> jwt.PyJWK:
        try:
            return self._keys[key_id]
        except KeyError as err:
            raise InvalidToken("the token is signed with a key that the IMS does not publish") from err


_keys = _Keys()
_tokens: OrderedDict[str, Claims] = OrderedDict()
_revoked: set[str] = set()
_lock = threading.Lock()
_fetching = threading.Lock()
_refreshes: dict[asyncio.AbstractEventLoop, asyncio.Task[None]] = {}


def _token(authorization: str | None) -> str:
    scheme, _, rest = (authorization or "").strip().partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else scheme if not rest else ""
    if not token or token.lower() == "bearer":
        raise MissingToken("there is no bearer token")
    return token


def _remembered(token: str) -> Claims | None:
    known = _tokens.get(token)
    if known and known.expires_at <= time.time():
        raise ExpiredToken("the token has expired")
    return known


def _key_id(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("kid", ""))
    except (jwt.InvalidTokenError, UnicodeError) as err:
        raise InvalidToken(f"the token is not a JWT: {err}") from err


def _checked(token: str, key_id: str) -> Claims:
    try:
        raw = jwt.decode(token, _keys.get(key_id), algorithms=["RS256"], options={"verify_aud": False})
        claims = _claims(token, raw)
    except jwt.ExpiredSignatureError as err:
        raise ExpiredToken("the token has expired") from err
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as err:
        raise InvalidToken(f"the token is not valid: {err}") from err
    if claims.expires_at <= time.time():
        raise ExpiredToken("the token has expired")
    if claims.raw.get("id") in _revoked:
        raise InvalidToken("the token was invalidated")
    _remember(claims)
    return claims


def _claims(token: str, raw: dict[str, Any]) -> Claims:
    """IMS tokens end at created_at + expires_in (milliseconds), not at `exp`."""
    if raw.get("type") != ACCESS_TOKEN:
        raise InvalidToken("the token is not an access token")
    return Claims(
        client_id=_text(raw["client_id"]),
        user_id=_text(raw["user_id"]),
        org=_text(raw["org"]) if raw.get("org") else None,
        scopes=frozenset(_text(raw.get("scope", "")).replace(",", " ").split()),
        expires_at=(int(raw["created_at"]) + int(raw["expires_in"])) / 1000,
        token=token,
        raw=raw,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a claim that should be a text is none")
    return value


def _remember(claims: Claims) -> None:
    with _lock:
        _tokens[claims.token] = claims
        while len(_tokens) > REMEMBERED_TOKENS:
            _tokens.popitem(last=False)


def _keys_url() -> str:
    return f"{settings.IMS_URL.rstrip('/')}/ims/keys"


def _refresh(key_id: str) -> None:
    with _fetching:
        if not _keys.needs_fetch(key_id):
            return  # another thread fetched them meanwhile
        try:
            _keys.put(_fetch_keys())
        except ImsUnreachable:
            if not _keys.has(key_id):  # while the IMS is away, keys that it published before go on counting
                raise


def _fetch_keys() -> dict[str, Any]:
    try:
        with httpx.Client(timeout=FETCH_TIMEOUT, mounts=NO_PROXY, verify=trust.context()) as client:
            return _document(client.get(_keys_url()))
    except httpx.HTTPError as err:
        raise _unreachable(err) from err


async def _refresh_async() -> None:
    """One fetch at a time in each loop: whoever comes meanwhile waits for it."""
    loop = asyncio.get_running_loop()
    task = _refreshes.get(loop)
    if task is None:
        task = loop.create_task(_fetch_keys_async())
        _refreshes[loop] = task
        task.add_done_callback(_refreshed)
    await asyncio.shield(task)


def _refreshed(task: asyncio.Task[None]) -> None:
    _refreshes.pop(task.get_loop(), None)
    if not task.cancelled():
        task.exception()  # looked at, also when all who waited have gone


async def _fetch_keys_async() -> None:
    try:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT, mounts=NO_PROXY, verify=trust.context()) as client:
            _keys.put(_document(await client.get(_keys_url())))
    except httpx.HTTPError as err:
        raise _unreachable(err) from err


def _document(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    try:
        document = response.json()
    except ValueError as err:
        raise ImsUnreachable(f"{_keys_url()} does not answer with JSON") from err
    if not isinstance(document, dict):
        raise ImsUnreachable(f"{_keys_url()} does not answer with a key set")
    return document


def _unreachable(err: httpx.HTTPError) -> ImsUnreachable:
    return ImsUnreachable(f"the IMS at {_keys_url()} does not answer: {err or type(err).__name__}")
