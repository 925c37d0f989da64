"""The blob store as an ASGI application. `create_app` knows nothing of Django; `application` has its settings."""

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any

from blobstore import access, batches, containers, responses, routes
from blobstore.access import ContainerAccess
from blobstore.calls import Call
from blobstore.configuration import BlobstoreConfig
from blobstore.errors import AzureError, ClientGone, Reason, StoreUnavailable
from blobstore.requests import BlobRequest, Receive, Scope, Send, from_scope
from blobstore.responses import Answer
from blobstore.store import Store

logger = logging.getLogger(__name__)


class BlobApplication:
    """Answers the Blob REST API under `/<account>/`. `store` is what the collector of garbage and the health use."""

    def __init__(self, config: BlobstoreConfig) -> None:
        self.store = Store(config)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(from_scope(scope, receive), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.store.close)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, request: BlobRequest, send: Send) -> None:
        try:
            answer = await self._answer(request)
        except ClientGone:
            return
        try:
            await responses.send_answer(answer, request, send)
        except (OSError, sqlite3.Error, StoreUnavailable):
            # The head is out, so no error answer can be: the connection ends short, which the client sees.
            logger.exception("%s %s: the bytes of the blob can't be read", request.method, request.raw_path)

    async def _answer(self, request: BlobRequest) -> Answer:
        """The answer to any request; every failure becomes one of Azure's."""
        try:
            if request.method == "OPTIONS":
                return responses.preflight_answer(request)
            return await self._handle(request)
        except AzureError as err:
            error = err
        except (StoreUnavailable, OSError, sqlite3.Error) as err:
            logger.error("%s %s: %s", request.method, request.raw_path, err)
            error = AzureError(Reason.SERVER_BUSY)
        except ClientGone:
            raise
        except Exception:  # edge of the process: whatever it is, the client gets Azure's document
            logger.exception("%s %s failed", request.method, request.raw_path)
            error = AzureError(Reason.INTERNAL_ERROR)
        return responses.error_answer(error, request)

    async def _handle(self, request: BlobRequest) -> Answer:
        address = request.address()
        config = self.store.config
        if address.account != config.account:
            raise AzureError(Reason.RESOURCE_NOT_FOUND)
        operation = routes.operation(request, address)
        grant = access.authorize(request, address, operation.need, config, self._container_access)
        call = Call(request, address, self.store, grant)
        if operation is routes.BATCH:
            return await batches.run(call, self._answer)
        if address.container in config.standing and not self._is_there(address.container):
            name = address.container
            await self.store.change(lambda db: containers.ensure(db, name))
        return await operation.handle(call)

    def _is_there(self, name: str) -> bool:
        return self.store.read(lambda db: containers.find(db, name)) is not None

    def _container_access(self, name: str) -> ContainerAccess:
        container = self.store.read(lambda db: containers.find(db, name))
        return container.access if container else ContainerAccess()


def create_app(config: BlobstoreConfig) -> BlobApplication:
    return BlobApplication(config)


def _from_settings() -> BlobApplication:
    from django.conf import settings

    return create_app(
        BlobstoreConfig(
            account=settings.DEVSTORE_ACCOUNT,
            key=settings.DEVSTORE_KEY,
            directory=Path(settings.BLOBSTORE_DIR),
            standing=frozenset({settings.DEVTOOL_CONTAINER}),
            ca_file=Path(settings.DATA_DIR) / "secrets" / "ca.pem",  # the server's own https, as a copy source
        )
    )


def __getattr__(name: str) -> Any:
    """`application` is made when it is asked for, so that importing `create_app` needs no settings."""
    if name != "application":
        raise AttributeError(name)
    application = _from_settings()
    globals()[name] = application
    return application
