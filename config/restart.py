"""Back to the start: everything in the database and the blob storage is removed while the loops stand still."""

from django.conf import settings

from config import boxes, client_environment, lifespan
from config.demo import upload
from dbthreads import in_db


async def reset(with_demo: bool) -> None:
    """In a running server. The pool and the loops stop, the boxes empty themselves, everything starts again."""
    await lifespan.stop()
    try:
        await in_db(reset_boxes)
    finally:
        await lifespan.start()
    if with_demo:
        token = (await in_db(client_environment.variables))["AEMULATOR_ACCESS_TOKEN"]
        await upload.fill(settings.AEMULATOR_URL, token)


def reset_boxes() -> None:
    for box_reset in boxes.resets():
        box_reset()
