"""Endpoints of custom workers: which are deployed in the I/O Runtime, and whether one that a person typed can work."""

import logging
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, unquote, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

import trust
from probes import names, parties

RUNTIME_HOST: Final = "adobeioruntime.net"
WEB_PATH: Final = "/api/v1/web/"
PATIENCE: Final = 4.0  # seconds
LISTED: Final = 200
# Adobe's services that people take for a worker.
_SERVICES: Final = ("adobe.io", "adobeaemcloud.com", "adobe.com", "adobelogin.com")
_DEFAULT_PACKAGE: Final = "default"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Worker:
    """A web action that is deployed here. `url` is the one to use in a profile: it holds whatever the ports are."""

    namespace: str
    package: str
    name: str
    is_web: bool

    @property
    def url(self) -> str:
        return f"https://{self.namespace}.{RUNTIME_HOST}{WEB_PATH}{quote(self.package)}/{quote(self.name)}"

    @property
    def title(self) -> str:
        return f"{self.package}/{self.name}"


@dataclass(frozen=True)
class Finding:
    """What was found out about an endpoint, in words for who typed it."""

    state: Literal["ok", "warning", "problem"]
    message: str


class RuntimeAway(Exception):
    """I/O Runtime does not answer, or refuses the key."""


def deployed(namespace: str = "_") -> list[Worker]:
    """The actions in a namespace of the I/O Runtime; `_` is that of the key."""
    user, _sep, password = settings.RUNTIME_AUTH.partition(":")
    url = f"{settings.RUNTIME_URL}/api/v1/namespaces/{quote(namespace, safe='')}/actions?limit={LISTED}"
    try:
        with _client() as client:
            answer = client.get(
                url, auth=(user, password), headers=parties.introduced(names.REPOSITORY, url, purpose="read")
            )
            return [_worker(action) for action in answer.raise_for_status().json()]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as err:
        raise RuntimeAway(str(err)) from err


def check(url: str) -> Finding:
    """Whether a worker answers there. The form of the URL has been checked before."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == RUNTIME_HOST or host.endswith(f".{RUNTIME_HOST}"):
        return _in_runtime(url, _named_in(host, parts.path))
    if any(host == name or host.endswith(f".{name}") for name in _SERVICES):
        return Finding("problem", _("%(host)s is a service of Adobe's own, not a worker") % {"host": host})
    if parts.netloc in _own_addresses():
        if parts.path.startswith(WEB_PATH):
            return _in_runtime(url, _named_in(RUNTIME_HOST, parts.path))
        words = _("This is AEMulator itself: the path of a deployed worker begins with %(path)s")
        return Finding("problem", words % {"path": WEB_PATH})
    return _elsewhere(url, host)


def _in_runtime(url: str, named: tuple[str, str, str] | None) -> Finding:
    if named is None:
        words = _("The URL of an action is https://NAMESPACE.adobeioruntime.net/api/v1/web/PACKAGE/ACTION")
        return Finding("problem", words)
    namespace, package, name = named
    if not settings.RUNTIME_URL:
        return _elsewhere(url, urlsplit(url).hostname or "")
    try:
        workers = deployed(namespace)
    except RuntimeAway as err:
        return Finding(
            "warning", _("I/O Runtime does not answer, so this could not be checked: %(why)s") % {"why": err}
        )
    found = next((worker for worker in workers if (worker.package, worker.name) == (package, name)), None)
    if found is None:
        return Finding("problem", _not_deployed(namespace, package, name))
    if not found.is_web:
        words = _("%(name)s is deployed, but is no web action: its manifest needs web: 'yes'")
        return Finding("problem", words % {"name": found.title})
    return Finding("ok", _("%(name)s is deployed here") % {"name": found.title})


def _not_deployed(namespace: str, package: str, name: str) -> str:
    words = _("No action %(package)s/%(name)s is deployed in the namespace %(namespace)s.")
    said = words % {"package": package, "name": name, "namespace": namespace}
    command = "manage.py deploy PATH/TO/APP"
    if namespace != settings.RUNTIME_NAMESPACE:
        command += f" --namespace {namespace}"
    return f"{said} {_('Deploy it with')} {command}"


def _elsewhere(url: str, host: str) -> Finding:
    """Any answer will do, and its body is not read: OPTIONS starts no work."""
    sender = parties.introduced(names.REPOSITORY, url, purpose="read")
    try:
        with _client() as client, client.stream("OPTIONS", url, headers=sender) as answer:
            status = answer.status_code
    except UnicodeError:  # of the resolver
        return Finding("problem", _("%(host)s is no name of a host") % {"host": host[:80]})
    except httpx.ConnectTimeout:
        return Finding("problem", _("%(host)s does not answer") % {"host": host})
    except httpx.ConnectError as err:
        return Finding("problem", _unreachable(host, err))
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        return Finding("warning", _("%(host)s does not speak HTTP as expected: %(why)s") % {"host": host, "why": err})
    if status == 404:
        return Finding("warning", _("%(host)s answers, but there is nothing at this path (404)") % {"host": host})
    return Finding("ok", _("%(host)s answers") % {"host": host})


def _unreachable(host: str, err: httpx.ConnectError) -> str:
    words = str(err)
    if "CERTIFICATE" in words.upper():
        return _("The certificate of %(host)s is not trusted: %(why)s") % {"host": host, "why": words}
    if "Name or service not known" in words or "nodename" in words or "name resolution" in words:
        return _("There is no host %(host)s") % {"host": host}
    if "SSL" in words.upper():
        return _("%(host)s does not speak HTTPS here: is it http?") % {"host": host}
    return _("Nothing answers at %(host)s: is the worker running, and is the port right?") % {"host": host}


def _named_in(host: str, path: str) -> tuple[str, str, str] | None:
    """Namespace, package and action of a web action's URL."""
    if not path.startswith(WEB_PATH):
        return None
    names = [unquote(name) for name in path.removeprefix(WEB_PATH).split("/")]
    if host != RUNTIME_HOST:
        names.insert(0, host.removesuffix(f".{RUNTIME_HOST}"))
    if len(names) < 3 or not all(names[:3]):
        return None
    namespace, package, name = names[:3]
    return namespace, package, name.removesuffix(".http").removesuffix(".json")


def _own_addresses() -> set[str]:
    return {
        urlsplit(url).netloc for url in (settings.AEMULATOR_URL, settings.AEMULATOR_HTTPS_URL, settings.RUNTIME_URL)
    }


def _worker(action: dict[str, Any]) -> Worker:
    namespace, _sep, package = str(action["namespace"]).partition("/")
    annotations = {pair["key"]: pair["value"] for pair in action["annotations"]}
    return Worker(namespace, package or _DEFAULT_PACKAGE, str(action["name"]), bool(annotations.get("web-export")))


def _client() -> httpx.Client:
    """No proxy: what is asked here is mostly this machine."""
    return httpx.Client(verify=trust.context(), timeout=PATIENCE, trust_env=False, follow_redirects=False)
