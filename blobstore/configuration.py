"""What one blob store is: its account, its key, its directory and its limits."""

from dataclasses import dataclass
from pathlib import Path

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class BlobstoreConfig:
    """Settings of one store. Several processes may serve the same `directory` with equal settings.

    `key` is the account key in base64. Sizes are bytes, times are seconds. `ca_file` holds the certificates that an
    https copy source may be signed by, beside the system's own. `standing` containers are made when they are first
    looked for.
    """

    account: str
    key: str
    directory: Path
    ca_file: Path | None = None
    standing: frozenset[str] = frozenset()
    inline_limit: int = 64 * 1024  # contents up to this size live in the index: one sync for many of them
    max_put_blob: int = 5000 * 1024**2
    max_put_block: int = 4000 * 1024**2
    max_blocks: int = 50_000
    drop_grace: float = 600.0  # replaced contents stay this long, for the readers that are in the middle of them
    uncommitted_lifetime: float = 7 * DAY
    stray_lifetime: float = 1 * DAY  # temporary files of processes that died
