"""Forgets every container and blob."""

from pathlib import Path

from django.conf import settings

from blobstore import contents
from blobstore.index import FILE, Index

_TABLES = ("properties", "containers", "contents", "blobs", "lists", "extents", "blocks", "dropped")


def reset() -> None:
    """Empty the embedded store, also while servers use it: files that uploads are just bringing stay theirs."""
    empty(Path(settings.BLOBSTORE_DIR))


def empty(directory: Path) -> None:
    if not (directory / FILE).exists():
        return
    index = Index(directory)
    try:
        db = index.connection()
        db.execute("BEGIN IMMEDIATE")
        files = [row[0] for row in db.execute("SELECT file FROM contents WHERE file IS NOT NULL")]
        for table in _TABLES:
            db.execute(f"DELETE FROM {table}")
        db.execute("COMMIT")
    finally:
        index.close()
    for file in files:
        contents.path_of(directory, file).unlink(missing_ok=True)
