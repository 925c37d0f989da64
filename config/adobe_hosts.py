"""Adobe's (and Azure's) hosts whose names clients have hard-coded, and where their paths differ from this server's.

The Node preload file (config/node/preload.cjs) and the certificate list the same hosts. The path of a request that
arrives under such a name (by the preload, a hosts file or a proxy) is read as that host would read it.
"""

from django.conf import settings
from starlette.types import Scope

HOSTS = (
    "asset-compute.adobe.io",
    "eg-ingress.adobe.io",
    "eg-ingress-stage.adobe.io",
    "eventsingress.adobe.io",
    "api.adobe.io",
    "events-va6.adobe.io",
    "csm.adobe.io",
    "ims-na1.adobelogin.com",
    "ims-na1-stg1.adobelogin.com",
    "adobeioruntime.net",
    "*.adobeioruntime.net",
    "devstoreaccount1.blob.core.windows.net",
)
# https://events-va6.adobe.io/organizations/… is the journal that api.adobe.io has under /events/organizations/…
JOURNAL_HOST = b"events-va6.adobe.io"
JOURNAL_PATH = "/organizations/"


# https://{namespace}.adobeioruntime.net/api/v1/web/{package}/{action} leaves out the namespace that
# https://adobeioruntime.net/api/v1/web/{namespace}/{package}/{action} has in its path.
WEB_ACTION_PATH = "/api/v1/web/"
NAMESPACE_HOST = b".adobeioruntime.net"


# https://{account}.blob.core.windows.net/{container}/{blob}: Azure's own name for the embedded storage's account. No
# account of that name can exist at Azure.
BLOB_HOST = b"devstoreaccount1.blob.core.windows.net"


def with_local_path(scope: Scope) -> Scope:
    path = scope["path"]
    if path.startswith(JOURNAL_PATH) and _host(scope) == JOURNAL_HOST:
        return _moved(scope, "", "/events")
    if path.startswith(WEB_ACTION_PATH) and (host := _host(scope)).endswith(NAMESPACE_HOST):
        namespace = host.removesuffix(NAMESPACE_HOST).decode("ascii", "ignore")
        return _moved(scope, WEB_ACTION_PATH, f"{WEB_ACTION_PATH}{namespace}/")
    if path[:1] == "/" and _host(scope) == BLOB_HOST:
        # Signed for https alone, as such clients sign, and that is what the client asked for.
        return {**_moved(scope, "", f"/{settings.DEVSTORE_ACCOUNT}"), "scheme": "https"}
    return scope


def _moved(scope: Scope, prefix: str, local: str) -> Scope:
    """The path with `local` in place of `prefix`."""
    path, raw = scope["path"].removeprefix(prefix), scope["raw_path"].removeprefix(prefix.encode())
    return {**scope, "path": f"{local}{path}", "raw_path": local.encode() + raw}


def _host(scope: Scope) -> bytes:
    """The host that the client asked for; the preload file's fetch names it in X-Forwarded-Host."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    host = headers.get(b"x-forwarded-host") or headers.get(b"host", b"")
    name, colon, port = host.lower().rpartition(b":")
    return name if colon and port.isdigit() else host.lower()
