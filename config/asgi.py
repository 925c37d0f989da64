"""The one ASGI application: who answers what.

Plain ASGI applications answer the hot paths of blob storage, journal, Asset Compute, I/O Runtime and binaries;
Channels the sockets; Django, as WSGI in a fixed pool of threads, the rest (docs/adr/0002-django-as-wsgi.md).
"""

import re

import django
from starlette.types import ASGIApp, Receive, Scope, Send

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  (Django is set up first)

from blobstore import asgi as blobstore_asgi  # noqa: E402
from compute import asgi as compute_asgi  # noqa: E402
from config import adobe_hosts, control, recording  # noqa: E402
from config.django_threads import DjangoThreads  # noqa: E402
from config.gate import Layer  # noqa: E402
from config.lifespan import lifespan  # noqa: E402
from config.refused_bodies import RefusedBodies  # noqa: E402
from config.standstill import gate  # noqa: E402
from config.websockets import websockets  # noqa: E402
from events import asgi as events_asgi  # noqa: E402
from flow import api as flow_api  # noqa: E402
from identity import asgi as identity_asgi  # noqa: E402
from repository.archives_asgi import Archives  # noqa: E402
from repository.binaries_asgi import Binaries  # noqa: E402
from runtime import asgi as runtime_asgi  # noqa: E402

CLOUD_EVENT = b"application/cloudevents"
COMPUTE_PATHS = {"/register", "/unregister", "/process"}
INGRESS_PATHS = {"/api/events", "/api/cloudevents"}
JOURNAL_PREFIXES = ("/events/", "/events-fast/", "/events-validate/", "/count/")
RUNTIME_PREFIXES = ("/api/v1/web/", "/api/v1/namespaces", "/runtime/namespaces/")
KEYS_PATH = "/ims/keys"
BLOB_PREFIX = f"/{settings.DEVSTORE_ACCOUNT}"

IMS_PREFIX = "/ims/"

django_threads = DjangoThreads()


blobstore: ASGIApp = blobstore_asgi.application
compute: ASGIApp = compute_asgi.application
events: ASGIApp = events_asgi.application
runtime: ASGIApp = runtime_asgi.application
identity: ASGIApp = identity_asgi.application
repository: ASGIApp = Archives(Binaries(django_threads))
flow: ASGIApp = control.guarded(flow_api.application)
EXACT_PATHS: dict[str, ASGIApp] = {
    **dict.fromkeys(COMPUTE_PATHS, compute),
    **dict.fromkeys(control.PATHS, control.application),
    KEYS_PATH: identity,
}
_layers: dict[int, Layer] = {  # by identity: not every application can be hashed
    id(repository): Layer.REPOSITORY,
    id(compute): Layer.COMPUTE,
    id(events): Layer.EVENTS,
    id(identity): Layer.IDENTITY,
    id(blobstore): Layer.BLOB_STORAGE,
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await http(with_single_slashes(adobe_hosts.with_local_path(scope)), receive, send)
    elif scope["type"] == "websocket":
        await websockets(scope, receive, send)
    else:
        await lifespan(receive, send)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    app = answerer(scope)
    layer = layer_of(scope, app)
    if layer is None:
        await app(scope, receive, send)
    else:
        await gate.pass_through(layer, app, scope, receive, send)


http: ASGIApp = RefusedBodies(recording.around(_answer, f"{BLOB_PREFIX}/"))


def with_single_slashes(scope: Scope) -> Scope:
    """As AEM reads a path: a base URL that ends in a slash is a common mistake, and works there. Blobs may have two."""
    if b"//" not in scope["raw_path"] or answerer(scope) is not repository:
        return scope
    path, raw = re.sub("/{2,}", "/", scope["path"]), re.sub(b"/{2,}", b"/", scope["raw_path"])
    return {**scope, "path": path, "raw_path": raw}


def answerer(scope: Scope) -> ASGIApp:
    """The application that answers this request."""
    path = scope["path"]
    if path.startswith(BLOB_PREFIX) and path[len(BLOB_PREFIX) :][:1] in ("", "/"):
        return blobstore
    if exact := EXACT_PATHS.get(path):
        return exact
    if path.startswith(JOURNAL_PREFIXES) or _is_ingress(scope):
        return events
    if path.startswith(flow_api.PREFIXES):
        return flow
    return runtime if path.startswith(RUNTIME_PREFIXES) else repository


def layer_of(scope: Scope, app: ASGIApp) -> Layer | None:
    """Where a request waits while the state of the server is exchanged; None: it has nothing to do with it."""
    return Layer.IDENTITY if scope["path"].startswith(IMS_PREFIX) else _layers.get(id(app))


def _is_ingress(scope: Scope) -> bool:
    if scope["method"] != "POST":
        return False
    return scope["path"] in INGRESS_PATHS or (scope["path"] == "/" and _content_type(scope).startswith(CLOUD_EVENT))


def _content_type(scope: Scope) -> bytes:
    return next((value.lower() for name, value in scope["headers"] if name == b"content-type"), b"")
