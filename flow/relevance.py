"""Which requests to this server are part of the seven steps, and whom they are for; pure.

Pages, static files, the control plane and the web UI's own reads are not.
"""

from typing import Final

REPOSITORY: Final = "repository"
BLOBSTORE: Final = "blobstore"
COMPUTE: Final = "compute"
RUNTIME: Final = "custom-worker"
EVENTS: Final = "events"
IDENTITY: Final = "identity"

_COMPUTE: Final = frozenset({"/process", "/register", "/unregister"})
_INGRESS: Final = frozenset({"/", "/api/events", "/api/cloudevents", "/events/webhooks/asset-compute"})
_UPLOADS: Final = (".initiateUpload.json", ".completeUpload.json", ".createasset.html")
_TOKENS: Final = ("/ims/token", "/ims/exchange")
_JOURNALS: Final = ("/events/organizations/", "/events-fast/organizations/")
_BLOB_METHODS: Final = frozenset({"GET", "HEAD", "PUT"})
_ACTIONS: Final = "/api/v1/web/"


def receiver(method: str, path: str, blob_prefix: str) -> str:
    """The party that a request is for; empty when it is none of ours to record. `blob_prefix`: `/<account>/`."""
    if path.startswith(blob_prefix):
        return BLOBSTORE if method in _BLOB_METHODS and _names_a_blob(path[len(blob_prefix) :]) else ""
    if method == "GET":
        return EVENTS if path.startswith(_JOURNALS) and path.count("/") == 6 else _action(path)
    if method == "POST" and (found := _posted(path)):
        return found
    return _action(path)


def _names_a_blob(rest: str) -> bool:
    container, slash, blob = rest.partition("/")
    return bool(container and slash and blob)


def _posted(path: str) -> str:
    if path in _COMPUTE:
        return COMPUTE
    if path in _INGRESS or path == "/events/expectations":
        return EVENTS
    if path.endswith(_UPLOADS) or path == "/bin/asynccommand":
        return REPOSITORY
    return IDENTITY if path.startswith(_TOKENS) else ""


def _action(path: str) -> str:
    return RUNTIME if path.startswith(_ACTIONS) else ""
