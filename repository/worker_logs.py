"""What the custom workers of a job wrote, as far as they run in the I/O Runtime: asked for there, by the job's id."""

import logging
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from django.conf import settings

import trust
from probes import names, parties
from repository.models import JobRendition

PATIENCE: Final = 4.0  # seconds
MAX_RUNS: Final = 20
KEPT_LINES: Final = 200
_LINE: Final = re.compile(
    r"\d{4}-\d\d-\d\dT(?P<time>\d\d:\d\d:\d\d\.\d{3})\S*\s+(?P<stream>stdout|stderr): ?(?P<text>.*)", re.S
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """`time` of the day, UTC."""

    time: str
    stream: str
    text: str


@dataclass(frozen=True)
class Run:
    """One activation for a job. `state` as in I/O Runtime: queued, running, success, or which kind of error."""

    activation_id: str
    action: str
    state: str
    lines: tuple[Line, ...]
    left_out: int
    """Lines before these."""

    @property
    def goes_on(self) -> bool:
        return self.state in {"queued", "running"}

    @property
    def is_success(self) -> bool:
        return self.state == "success"


def has_workers(job_id: str) -> bool:
    return JobRendition.objects.filter(job_id=job_id, instructions__has_key="worker").exists()


def of_job(job_id: str) -> list[Run]:
    """In their order; empty while I/O Runtime does not answer. A web call that only passed the work on is left out."""
    try:
        with _client() as client:
            listed = _get(client, f"activations?requestId={quote(job_id, safe='')}&limit={MAX_RUNS}")
            working = [entry for entry in listed if not entry.get("web")] or listed
            return [_run(client, entry) for entry in reversed(working)]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as err:
        logger.warning("I/O Runtime does not say what the workers of %s wrote: %s", job_id, err)
        return []


def _run(client: httpx.Client, entry: dict[str, Any]) -> Run:
    activation_id = str(entry["activationId"])
    written = _get(client, f"activations/{quote(activation_id, safe='')}/logs")["logs"]
    path = next((pair["value"] for pair in entry["annotations"] if pair["key"] == "path"), entry["name"])
    lines = tuple(_line(str(text)) for text in written[-KEPT_LINES:])
    action = str(path).partition("/")[2] or str(entry["name"])
    return Run(activation_id, action, str(entry.get("state", "")), lines, max(0, len(written) - KEPT_LINES))


def _line(text: str) -> Line:
    found = _LINE.fullmatch(text)
    return Line(found["time"], found["stream"], found["text"]) if found else Line("", "stdout", text)


def _get(client: httpx.Client, path: str) -> Any:
    url = f"{settings.RUNTIME_URL}/api/v1/namespaces/_/{path}"
    headers = parties.introduced(names.REPOSITORY, url, purpose="read")
    return client.get(url, headers=headers).raise_for_status().json()


def _client() -> httpx.Client:
    user, _sep, password = settings.RUNTIME_AUTH.partition(":")
    return httpx.Client(auth=(user, password), timeout=PATIENCE, trust_env=False, verify=trust.context())
