"""Users behind login cookies, remembered for a moment: a page of a hundred thumbnails asks a hundred times who it is.

Forgotten at once when this process logs somebody in or out or changes a user; within `FRESH_FOR` seconds otherwise.
"""

import threading
import time
from collections import OrderedDict

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.db import SessionStore
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, parse_cookie

FRESH_FOR = 2.0  # seconds
MAX_ENTRIES = 512

_users: OrderedDict[str, tuple[User, float]] = OrderedDict()
_lock = threading.Lock()


def user_of(cookies: str) -> User | None:
    """Whose session the Cookie header names, if any."""
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    with _lock:
        known = _users.get(key)
    if known and time.monotonic() - known[1] < FRESH_FOR:
        return known[0]
    return _loaded(key)


def forget() -> None:
    with _lock:
        _users.clear()


def watch_changes() -> None:
    for signal in (user_logged_in, user_logged_out, post_save, post_delete):
        signal.connect(_forget, sender=User)


def _loaded(key: str) -> User | None:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User):
        return None
    with _lock:
        _users[key] = (user, time.monotonic())
        _users.move_to_end(key)
        while len(_users) > MAX_ENTRIES:
            _users.popitem(last=False)
    return user


def _forget(**_: object) -> None:
    forget()
