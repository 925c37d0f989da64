"""Sources and targets of a test in the blob storage, signed for https as AEM signs them for custom workers."""

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobBlock, BlobSasPermissions, BlobServiceClient, generate_blob_sas

from tests.server import ServerProcess

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
CONTAINER = "worker-tests"


class Blobs:
    def __init__(self, server: ServerProcess) -> None:
        endpoint = f"{server.url}/{ACCOUNT}"
        words = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"
        self._service = BlobServiceClient.from_connection_string(words)
        self._https = f"{server.https_url}/{ACCOUNT}/{CONTAINER}"
        with contextlib.suppress(ResourceExistsError):
            self._service.create_container(CONTAINER)

    def close(self) -> None:
        self._service.close()

    def source(self, name: str, content: bytes) -> str:
        """Upload it; its URL."""
        self._blob(name).upload_blob(content, overwrite=True)
        return f"{self._https}/{quote(name)}?{self._sas(name, BlobSasPermissions(read=True))}"

    def target(self, name: str, blocks: int = 2, max_part: int = 1_000_000) -> dict[str, Any]:
        signature = self._sas(name, BlobSasPermissions(write=True, create=True))
        urls = [
            f"{self._https}/{quote(name)}?comp=block&blockid={quote(_block(index), safe='')}&{signature}"
            for index in range(blocks)
        ]
        return {"urls": urls, "minPartSize": 1, "maxPartSize": max_part}

    def content(self, name: str) -> bytes:
        """What was put into the blocks of a target."""
        blob = self._blob(name)
        _, staged = blob.get_block_list("all")
        blob.commit_block_list([BlobBlock(block.id) for block in sorted(staged, key=lambda block: str(block.id))])
        return bytes(blob.download_blob().readall())

    def is_untouched(self, name: str) -> bool:
        return not self._blob(name).exists()

    def _blob(self, name: str) -> Any:
        return self._service.get_blob_client(CONTAINER, name)

    def _sas(self, name: str, permission: BlobSasPermissions) -> str:
        expiry = datetime.now(UTC) + timedelta(hours=1)
        return str(generate_blob_sas(ACCOUNT, CONTAINER, name, account_key=KEY, permission=permission, expiry=expiry))


def _block(index: int) -> str:
    return base64.b64encode(f"block-{index:06}".encode()).decode()
