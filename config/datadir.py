"""The data directory: the one place where everything that survives a restart is kept.

aemulator.sqlite3   the database (unless DATABASE_URL names another)
blobs/              the embedded blob storage
secrets/            Django's secret key, the IMS signing key, the local CA
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class DataDir:
    root: Path

    def secret_key(self) -> str:
        """Django's signing key, made on first use; sessions and upload tokens outlive a restart through it."""
        file = self.secrets / "django-secret-key"
        try:
            if not file.exists():
                self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(file, secrets.token_urlsafe(48))
            return file.read_text()
        except OSError as err:
            raise ImproperlyConfigured(f"the data directory {self.root} cannot be written: {err.strerror}") from err

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read, in one step: a second process starting now sees all or nothing."""
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text(content)
    try:
        file.hardlink_to(partial)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
