"""The custom worker of the lesson "A custom worker", in plain Python: it cuts the picture to a circle.

It does what any worker does (docs/custom-workers.md): reads the original by its signed URL, writes the rendition by
another, and sends one event for each rendition, whatever happens. Since anybody with a token can call it, it touches
nothing but the configured blob storage.
"""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from PIL import Image, ImageDraw, ImageOps

from contract import jsontext
from contract.events import CREATED, EVENT_CODE, FAILED, provider_id
from flow.ui.lesson_storage import Blobs, OverBounds, is_blob
from identity import bearer

SCOPE: Final = "asset_compute"
LARGEST: Final = 1000  # pixels of a rendition's side
MOST_PIXELS: Final = 50_000_000  # of an original
MOST_RENDITIONS: Final = 10
FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "TIFF")
# The last three are what Pillow raises for pictures that are broken in their middle, or claim to be vast.
FAILURES: Final = (
    httpx.HTTPError,
    OverBounds,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
)
Json = dict[str, Any]
T = TypeVar("T")


class Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Caller:
    org: str
    client: str
    token: str
    request_id: str


@dataclass(frozen=True)
class Wanted:
    """A rendition of a job: how the job says it, where it goes, and its width."""

    said: Json
    target: str
    width: int


@dataclass(frozen=True)
class Job:
    source: str
    user_data: Any
    renditions: list[Wanted]


@csrf_exempt
@require_POST
def lesson_worker(request: HttpRequest) -> JsonResponse:
    """As Asset Compute calls it. 401 without a token of our IMS, 403 for what it may not do, 400 for what is no job."""
    try:
        caller = _caller(request)
        job = _job(request)
    except Refused as err:
        return JsonResponse({"error": str(err)}, status=err.status)
    try:
        _work(job, caller)
    except httpx.HTTPError as err:
        return JsonResponse({"error": f"I/O Events did not take the event: {_words(err)}"}, status=502)
    return JsonResponse({"ok": True})


def _caller(request: HttpRequest) -> Caller:
    try:
        claims = bearer.verify(request.headers.get("authorization"))
    except bearer.ImsUnreachable as err:
        raise Refused(503, str(err)) from err
    except bearer.BearerError as err:
        raise Refused(401, str(err)) from err
    if SCOPE not in claims.scopes:
        raise Refused(403, f"The access token lacks the scope {SCOPE}")
    org = request.headers.get("x-gw-ims-org-id", "")
    if not org:
        raise Refused(400, "The header x-gw-ims-org-id is missing")
    if claims.org and org != claims.org:
        raise Refused(403, f"The access token does not belong to the organization {org}")
    if request.headers.get("x-api-key", claims.client_id) != claims.client_id:
        raise Refused(403, "The access token does not belong to the client in x-api-key")
    return Caller(org, claims.client_id, claims.token, request.headers.get("x-request-id", ""))


def _job(request: HttpRequest) -> Job:
    try:
        said = jsontext.loads(request.body)
        renditions = [_wanted(one) for one in said["renditions"]]
        job = Job(said["source"]["url"], said.get("userData"), renditions)
    except RequestDataTooBig as err:
        raise Refused(400, "The job is too large") from err
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as err:
        raise Refused(400, f"This is no job: {type(err).__name__}") from err
    if not 1 <= len(job.renditions) <= MOST_RENDITIONS:
        raise Refused(400, f"A job has 1 to {MOST_RENDITIONS} renditions")
    if not all(map(is_blob, (job.source, *(one.target for one in job.renditions)))):
        raise Refused(403, "This worker reads and writes only the blob storage of this server")
    return job


def _wanted(said: Json) -> Wanted:
    return Wanted(said, said["target"]["urls"][0], int(said.get("width", 300)))


def _work(job: Job, caller: Caller) -> None:
    with Blobs.opened() as blobs:
        original = _tried(lambda: blobs.read(job.source))
        for one in job.renditions:
            outcome = original if isinstance(original, dict) else _made(blobs, original, one)
            _send_event(blobs, job, caller, {**_said(one), **outcome})


def _made(blobs: Blobs, original: bytes, wanted: Wanted) -> Json:
    """What the event says of it."""

    def make() -> Json:
        made = circle(original, wanted.width)
        blobs.write(wanted.target, made)
        return {"type": CREATED, "metadata": {"repo:size": len(made), "dc:format": "image/png"}}

    return _tried(make)


def _tried(act: Callable[[], T]) -> T | Json:
    """What came of it, or the event's words for why nothing did."""
    try:
        return act()
    except FAILURES as err:
        return {"type": FAILED, "errorReason": "GenericError", "errorMessage": _words(err)}


def _words(err: Exception) -> str:
    return f"{type(err).__name__}: {err}"


def circle(original: bytes, width: int) -> bytes:
    """A PNG of `width` pixels: the middle of the picture, cut round."""
    side = max(1, min(width, LARGEST))
    with Image.open(io.BytesIO(original), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError(f"the original has more than {MOST_PIXELS} pixels")
        cut = ImageOps.fit(picture.convert("RGBA"), (side, side))
    mask = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side * 4, side * 4), fill=255)
    cut.putalpha(mask.resize((side, side)))
    stored = io.BytesIO()
    cut.save(stored, "PNG")
    return stored.getvalue()


def _said(wanted: Wanted) -> Json:
    """The rendition as the job names it, without the URLs that let one write it."""
    return {"rendition": {name: value for name, value in wanted.said.items() if name != "target"}}


def _send_event(blobs: Blobs, job: Job, caller: Caller, outcome: Json) -> None:
    event = {"requestId": caller.request_id, "source": job.source, "userData": job.user_data, **outcome}
    body = {
        "user_guid": caller.org,
        "provider_id": provider_id(caller.org, caller.client),
        "event_code": EVENT_CODE,
        "event": base64.b64encode(jsontext.dumps(event).encode()).decode(),
    }
    headers = {"authorization": f"Bearer {caller.token}", "x-api-key": caller.client, "x-ims-org-id": caller.org}
    blobs.post(f"{settings.EVENTS_INGRESS_URL}/api/events", body, headers)
