"""What must not be kept is taken out before anything is written: signatures, tokens, secrets, account keys; pure."""

import base64
import binascii
import re
from functools import lru_cache
from typing import Final

from flow.captured import Headers

REMOVED: Final = "redacted"
_HEADERS: Final = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie", "x-ims-token", "csrf-token"),
        *("x-ac-hmac-signature", "x-ms-copy-source-authorization"),
    }
)
_NAMES: Final = (
    "client_secret|jwt_token|access_token|refresh_token|id_token|password|j_password|accesstoken|accountkey|"
    "client_assertion|apikey|api_key|secret"
)
# It begins with a letter, and only then looks back: so the search skips all else at once.
_SIGNATURE: Final = re.compile(
    r"([sS][iI][gG](?:(?<=[?&;]...)|(?<=%3[fF]...)|(?<=%26...)|(?<=\\u0026...)|(?<=^...))(?:=|%3[dD]))[^&\s\"'<>\\]+"
)
_IN_FORM: Final = re.compile(rf"((?:^|[?&;])(?:{_NAMES})=)[^&\s;\"'<>]+", re.IGNORECASE)
_IN_JSON: Final = re.compile(rf'("(?:{_NAMES})"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)
_BEARER: Final = re.compile(r"(Bearer\s+)[\w.~+/=-]+", re.IGNORECASE)
_ENCODED_EVENT: Final = re.compile(r'("event"\s*:\s*")([A-Za-z0-9+/]+={0,2})(")')
# Looking for words costs a hundredth of the expressions: each is asked only where its words are.
_SUSPECTS: Final = (
    (("sig=", "sig%3d"), (_SIGNATURE,)),
    (("secret", "token", "password", "key", "client_assertion"), (_IN_FORM, _IN_JSON)),
    (("bearer",), (_BEARER,)),
)


def url(value: str) -> str:
    return text(value)


def headers(values: Headers) -> Headers:
    """With the scheme of an Authorization header, which tells how somebody logged in, but nothing else of it."""
    return [(name, _header(name, value)) for name, value in values]


def text(value: str) -> str:
    """A URL, a form or JSON."""
    value = _ENCODED_EVENT.sub(_event, value) if '"event"' in value else value
    lowered = value.lower()
    for words, expressions in _SUSPECTS:
        for word in words:
            if word in lowered:
                for expression in expressions:
                    value = expression.sub(rf"\1{REMOVED}", value)
                break
    return value


def _is_suspect(value: str) -> bool:
    lowered = value.lower()
    return any(word in lowered for words, _ in _SUSPECTS for word in words)


@lru_cache(maxsize=2048)
def _header(name: str, value: str) -> str:
    """Most headers are the same in each exchange."""
    name = name.lower()
    if name in {"authorization", "proxy-authorization"}:
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {REMOVED}" if blank else REMOVED
    if name in _HEADERS:
        return REMOVED
    return url(value)


def _event(found: re.Match[str]) -> str:
    """The event of the legacy ingress, which is JSON in base64 and has signed URLs."""
    try:
        decoded = base64.b64decode(found[2], validate=True).decode()
    except (binascii.Error, ValueError):
        return found[0]
    if not _is_suspect(decoded):
        return found[0]
    return f"{found[1]}{base64.b64encode(text(decoded).encode()).decode()}{found[3]}"
