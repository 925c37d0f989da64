"""Adobe's hosts whose names clients have hard-coded, and where their paths differ from this server's.

The Node preload file (config/node/preload.cjs) and the certificate list the same hosts. The path of a request that
arrives under such a name (by the preload, a hosts file or a proxy) is read as that host would read it.
"""

from asgiref.typing import HTTPScope

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
)
# https://events-va6.adobe.io/organizations/… is the journal that api.adobe.io has under /events/organizations/…
JOURNAL_HOST = b"events-va6.adobe.io"
JOURNAL_PATH = "/organizations/"


def with_local_path(scope: HTTPScope) -> HTTPScope:
    if not scope["path"].startswith(JOURNAL_PATH) or _host(scope) != JOURNAL_HOST:
        return scope
    local = scope.copy()
    local["path"] = f"/events{scope['path']}"
    local["raw_path"] = b"/events" + scope["raw_path"] if scope.get("raw_path") else b""
    return local


def _host(scope: HTTPScope) -> bytes:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return host.rsplit(b":", 1)[0].lower() if host.rsplit(b":", 1)[-1].isdigit() else host.lower()
