"""Basic credentials that were found right, remembered: checking a password costs 200 ms, and clients always send it.

Kept in memory as a keyed hash, never in clear. An entry dies with the password it was checked against: at once when
this process changes it, within `FRESH_FOR` seconds when another process does.
"""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from repository.auth.errors import InvalidCredentials

MAX_ENTRIES = 512
FRESH_FOR = 2.0  # seconds for which a user row is trusted without another look at it


@dataclass(frozen=True)
class _Entry:
    user: User
    checked_at: float  # time.monotonic()


class VerifiedCredentials:
    """Thread-safe; one instance for each process."""

    def __init__(self, size: int = MAX_ENTRIES) -> None:
        self._size = size
        self._key = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        # One slow check at a time: the burst of requests that a client opens with waits for the first one's answer.
        self._checking = threading.Lock()

    def user(self, username: str, password: str) -> User:
        """Who these belong to; `InvalidCredentials` when to nobody."""
        digest = self._digest(username, password)
        known = self._known(digest)
        if known:
            return known
        with self._checking:
            return self._known(digest) or self._check(digest, username, password)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def forget(self, user_id: int) -> None:
        """What is remembered of one user."""
        with self._lock:
            for digest in [digest for digest, entry in self._entries.items() if entry.user.pk == user_id]:
                del self._entries[digest]

    def _digest(self, username: str, password: str) -> bytes:
        text = f"{len(username)}:{username}:{password}"
        return hmac.new(self._key, text.encode(errors="surrogatepass"), hashlib.sha256).digest()

    def _known(self, digest: bytes) -> User | None:
        with self._lock:
            entry = self._entries.get(digest)
            if entry:
                self._entries.move_to_end(digest)
        if not entry or time.monotonic() - entry.checked_at < FRESH_FOR:
            return entry.user if entry else None
        return self._refreshed(digest, entry)

    def _refreshed(self, digest: bytes, entry: _Entry) -> User | None:
        user = User.objects.filter(pk=entry.user.pk, password=entry.user.password, is_active=True).first()
        if user:
            self._remember(digest, user)
        else:
            self._forget(digest)
        return user

    def _check(self, digest: bytes, username: str, password: str) -> User:
        user = None if "\0" in username else authenticate(username=username, password=password)
        if not isinstance(user, User):
            raise InvalidCredentials("User name and password do not match")
        self._remember(digest, user)
        return user

    def _remember(self, digest: bytes, user: User) -> None:
        with self._lock:
            self._entries[digest] = _Entry(user, time.monotonic())
            self._entries.move_to_end(digest)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            self._entries.pop(digest, None)


verified = VerifiedCredentials()


def forget_changed_user(instance: User, update_fields: frozenset[str] | None = None, **_: object) -> None:
    """Receiver of `post_save` and `post_delete` of users."""
    if update_fields != frozenset({"last_login"}) and instance.pk is not None:
        verified.forget(instance.pk)
