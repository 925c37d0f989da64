"""The account of the stores in these tests. Imports little: server processes start quickly."""

from pathlib import Path

from blobstore.configuration import BlobstoreConfig

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def config(directory: Path, **more: object) -> BlobstoreConfig:
    return BlobstoreConfig(ACCOUNT, KEY, directory, **more)  # type: ignore[arg-type]
