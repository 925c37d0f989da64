"""The supervised loop and the settings of the application."""

import asyncio

from django.conf import settings

from blobstore import asgi, health, lifecycle, loops


async def test_garbage_loop_beats() -> None:
    beaten = asyncio.Event()
    task = asyncio.ensure_future(loops.LOOPS["blob-garbage"](beaten.set))
    await asyncio.wait_for(beaten.wait(), 10)
    task.cancel()
    await asyncio.wait([task])
    await lifecycle.shutdown()


async def test_application_has_the_settings_of_the_server() -> None:
    config = asgi.application.store.config
    assert (config.account, config.key) == (settings.DEVSTORE_ACCOUNT, settings.DEVSTORE_KEY)
    assert config.directory == settings.BLOBSTORE_DIR
    await lifecycle.startup()
    assert (await health.health())["blob-storage"]["ok"] is True
