"""Where this data directory was served last: `manage.py env` and the other commands answer for the same addresses."""

import json
import os
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config import addresses

FILE = "served.json"


@dataclass(frozen=True)
class Served:
    host: str
    port: int
    https_port: int

    @property
    def url(self) -> str:
        return addresses.url("http", self.host, self.port)

    @property
    def https_url(self) -> str:
        return addresses.url("https", self.host, self.https_port)

    def variables(self) -> dict[str, str]:
        """The environment variables that the settings read."""
        return {
            "AEMULATOR_HOST": self.host,
            "AEMULATOR_PORT": str(self.port),
            "AEMULATOR_HTTPS_PORT": str(self.https_port),
            "AEMULATOR_URL": self.url,
            "AEMULATOR_HTTPS_URL": self.https_url,
        }

    def remember(self, root: Path) -> None:
        partial = root / f"{FILE}.{os.getpid()}"
        partial.write_text(json.dumps(asdict(self)))
        partial.replace(root / FILE)


def recall(root: Path) -> Served | None:
    try:
        fields = json.loads((root / FILE).read_text())
        return Served(str(fields["host"]), int(fields["port"]), int(fields["https_port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never served, or a file of another version: the defaults of the settings hold


def drop_pasted_block(environ: MutableMapping[str, str]) -> None:
    """Forget the URLs of an environment block that was pasted into the shell which now starts a server.

    The block's names are the settings' names, so that a client and a scaled-out part of AEMulator read the same
    ones. A server, though, is where its own sockets are: a loopback AEMULATOR_URL from elsewhere is an older
    server's, and so is whatever points there. A URL that is not the loopback's is the user's choice and stays.
    """
    origins = [environ[name] for name in ("AEMULATOR_URL", "AEMULATOR_HTTPS_URL") if _is_loopback(environ.get(name))]
    for name in [name for name, value in environ.items() if _points_to(name, value, origins)]:
        del environ[name]


def _is_loopback(url: str | None) -> bool:
    return bool(url) and addresses.is_loopback(urlsplit(url or "").hostname or "")


def _points_to(name: str, value: str, origins: list[str]) -> bool:
    is_ours = name.startswith("AEMULATOR_") or name == "AZURE_STORAGE_CONNECTION_STRING"
    return is_ours and any(origin in value for origin in origins)
