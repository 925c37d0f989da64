"""The loops of the repository, kept going by the server's supervisor."""

from collections.abc import Awaitable, Callable

from repository.deletions import delete_blobs
from repository.import_loop import import_assets
from repository.poller import poll_journal
from repository.retention import forget_old_rows
from repository.submission import submit_jobs

LOOPS: dict[str, Callable[[Callable[[], None]], Awaitable[None]]] = {
    "submit-jobs": submit_jobs,
    "poll-journal": poll_journal,
    "delete-blobs": delete_blobs,
    "import-assets": import_assets,
    "forget-old-rows": forget_old_rows,
}
