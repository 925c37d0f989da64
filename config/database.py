"""The database at the start: reachable, undamaged, of this version, migrated.

Django's own check loads every migration and rebuilds the models' history, which takes longer than the rest of the
start. Here the names of the migrations on disk are compared with those applied; only a difference runs `migrate`.
"""

from contextlib import suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from config.errors import DatabaseUnusable
from repository.auth import accounts

# A whole check reads the whole file (about 1 GB/s); larger databases are checked by `manage.py doctor`.
CHECK_UP_TO = 64 * 1024 * 1024  # bytes
CLOSE_WITHIN = 500  # milliseconds


def prepare() -> None:
    """Bring the database to this version; one line says why when that cannot be."""
    try:
        _check_file()
        missing, newer = differences()
        if newer:
            raise DatabaseUnusable(
                f"the database {_name()} belongs to a newer version of AEMulator (it has the migration "
                f"{newer[0]}): update, or choose another --data-dir"
            )
        if missing:
            call_command("migrate", verbosity=0, interactive=False)
        else:
            accounts.ensure_accounts()  # a changed AEMULATOR_ADMIN_PASSWORD holds from this start on
    except DatabaseError as err:
        raise DatabaseUnusable(f"the database {_name()} cannot be used: {_first_line(err)}") from err


def close() -> None:
    """At the end of the process: what SQLite keeps beside its file goes into it, unless somebody is still reading."""
    if connection.vendor == "sqlite":
        with suppress(DatabaseError), connection.cursor() as cursor:  # the next start does it
            cursor.execute(f"PRAGMA busy_timeout = {CLOSE_WITHIN}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def exists() -> bool:
    return connection.vendor != "sqlite" or Path(settings.DATABASES["default"]["NAME"]).exists()


def differences() -> tuple[list[str], list[str]]:
    """Migrations that this version has and the database lacks, and the other way round."""
    applied, known = _applied(), _known()
    return sorted(known - applied), sorted(applied - known)


def check(whole: bool) -> str:
    """SQLite's own check of its file: "ok", or what is damaged. Other databases look after themselves."""
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(1)" if whole else "PRAGMA quick_check(1)")
        return str(cursor.fetchone()[0])


def _check_file() -> None:
    if connection.vendor != "sqlite":
        return
    file = Path(settings.DATABASES["default"]["NAME"])
    if file.exists() and file.stat().st_size <= CHECK_UP_TO:
        found = check(whole=False)
        if found != "ok":
            raise DatabaseUnusable(f"the database {_name()} is damaged: {_first_line(found)}")


def _applied() -> set[str]:
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return set()
        cursor.execute("SELECT app, name FROM django_migrations")
        return {f"{app}.{name}" for app, name in cursor.fetchall()}


def _known() -> set[str]:
    return {
        f"{app.label}.{file.stem}"
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[!_]*.py")
    }


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _first_line(err: object) -> str:
    return (str(err).splitlines() or ["unknown error"])[0]
