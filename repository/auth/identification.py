"""Who sends a request: Basic, Bearer, or the session behind the cookie `login-token`.

Takes plain header mappings, because both Django's views and the streaming application beside Django ask.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import User

from identity import bearer
from repository.auth import accounts, sessions
from repository.auth.credentials import verified
from repository.auth.errors import ImsUnreachable, InvalidBearer, InvalidCredentials


class Scheme(StrEnum):
    BASIC = "Basic"
    BEARER = "Bearer"
    SESSION = "Session"


@dataclass(frozen=True)
class Identity:
    user: User
    scheme: Scheme


def identify(headers: Mapping[str, str]) -> Identity | None:
    """By header first, then by cookie; None for an anonymous request. Raises `AuthError` for a wrong header."""
    return by_header(headers) or by_session(headers)


def by_header(headers: Mapping[str, str]) -> Identity | None:
    scheme, _, value = headers.get("authorization", "").strip().partition(" ")
    match scheme.lower():
        case "basic":
            return Identity(verified.user(*_decoded(value)), Scheme.BASIC)
        case "bearer":
            return Identity(_bearer_user(value.strip()), Scheme.BEARER)
    return None


def by_session(headers: Mapping[str, str]) -> Identity | None:
    user = sessions.user_of(headers.get("cookie", ""))
    return Identity(user, Scheme.SESSION) if user else None


def _decoded(value: str) -> tuple[str, str]:
    """The user name and password of a Basic header: UTF-8, or the Latin-1 that old clients send."""
    try:
        raw = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as err:
        raise InvalidCredentials("The Basic header is not base64") from err
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    username, colon, password = text.partition(":")
    if not colon:
        raise InvalidCredentials("The Basic header has no colon between user name and password")
    return username, password


def _bearer_user(token: str) -> User:
    try:
        claims = bearer.verify(token)
    except bearer.ImsUnreachable as err:
        raise ImsUnreachable(str(err)) from err
    except bearer.BearerError as err:
        raise InvalidBearer(str(err)) from err
    return accounts.technical_account(claims.user_id)
