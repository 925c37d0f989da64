"""The users of the repository: the administrator, and one for each technical account that shows a bearer token.

They are rows of `django.contrib.auth`. The administrator is admin/admin, as on a fresh AEM SDK, unless
`AEMULATOR_ADMIN_PASSWORD` says otherwise.
"""

from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db.models.signals import post_delete, post_save

from repository.auth import credentials, sessions

ADMIN = "admin"
DEFAULT_PASSWORD = "admin"


def ensure_accounts(**_: object) -> None:
    """Create the administrator when there is none, and let a configured password win over the stored one.

    Connected to `post_migrate`, so that it holds after every `migrate`, `serve` and `deploy`.
    """
    password = settings.ADMIN_PASSWORD
    admin, created = User.objects.get_or_create(
        username=ADMIN, defaults={"is_staff": True, "is_superuser": True, "password": _hash(password)}
    )
    if not created and password != DEFAULT_PASSWORD and not admin.check_password(password):
        admin.set_password(password)
        admin.save(update_fields=["password"])


def watch_changes() -> None:
    """Let a changed user invalidate what is remembered of its credentials."""
    post_save.connect(credentials.forget_changed_user, sender=User)
    post_delete.connect(credentials.forget_changed_user, sender=User)
    sessions.watch_changes()


def technical_account(user_id: str) -> User:
    """The user that a bearer token acts as; made when its token is first seen, as AEM does on the first IMS login."""
    user, _ = User.objects.get_or_create(username=user_id[:150], defaults={"password": make_password(None)})
    return user


def home_of(name: str) -> str:
    """Path of the home node of a user, e.g. /home/users/a/admin."""
    return f"/home/users/{name[:1].lower()}/{name}"


@cache
def _hash(password: str) -> str:
    """Deliberately slow, so worth computing once when a test suite migrates again and again."""
    return make_password(password)
