"""The custom worker of the lesson "A custom worker", in plain Python: it cuts the picture to a circle.

It does what any worker does (docs/custom-workers.md): reads the original by its signed URL, writes the rendition by
another, and sends one event for each rendition, whatever happens.
"""

import base64
import io
import ssl
from typing import Any, Final

import httpx
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from PIL import Image, ImageDraw, ImageOps

from contract import jsontext
from contract.events import CREATED, EVENT_CODE, FAILED, provider_id
from identity import bearer
from probes import names, parties

TIMEOUT: Final = 30.0  # seconds for each call
LARGEST: Final = 1000  # pixels
Json = dict[str, Any]


@csrf_exempt
@require_POST
def lesson_worker(request: HttpRequest) -> JsonResponse:
    """As Asset Compute calls it. 401 without a token of our IMS, 400 for what is no job."""
    try:
        bearer.verify(request.headers.get("authorization"))
    except bearer.BearerError as err:
        return JsonResponse({"error": str(err)}, status=401)
    try:
        job = jsontext.loads(request.body)
        renditions = [(one, one["target"]["urls"][0]) for one in job["renditions"]]
        source = job["source"]["url"]
    except (ValueError, KeyError, TypeError, IndexError) as err:
        return JsonResponse({"error": f"This is no job: {type(err).__name__}"}, status=400)
    with httpx.Client(timeout=TIMEOUT, verify=_trust(), trust_env=False) as http:
        for rendition, target in renditions:
            _send_event(http, request, job, rendition, _made(http, source, target, rendition))
    return JsonResponse({"ok": True})


def _made(http: httpx.Client, source: str, target: str, rendition: Json) -> Json:
    """What the event says of it."""
    try:
        original = http.get(source, headers=_introduced(source)).raise_for_status().content
        made = circle(original, int(rendition.get("width", 300)))
        http.put(target, content=made, headers=_introduced(target)).raise_for_status()
    except (httpx.HTTPError, OSError, ValueError) as err:
        return {"type": FAILED, "errorReason": "GenericError", "errorMessage": f"{type(err).__name__}: {err}"}
    metadata = {"repo:size": len(made), "dc:format": "image/png"}
    return {"type": CREATED, "metadata": metadata}


def circle(original: bytes, width: int) -> bytes:
    """A PNG of `width` pixels: the middle of the picture, cut round."""
    side = max(1, min(width, LARGEST))
    with Image.open(io.BytesIO(original)) as picture:
        cut = ImageOps.fit(picture.convert("RGBA"), (side, side))
    mask = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side * 4, side * 4), fill=255)
    cut.putalpha(mask.resize((side, side)))
    stored = io.BytesIO()
    cut.save(stored, "PNG")
    return stored.getvalue()


def _send_event(http: httpx.Client, request: HttpRequest, job: Json, rendition: Json, outcome: Json) -> None:
    org, client = request.headers.get("x-gw-ims-org-id", ""), request.headers.get("x-api-key", "")
    event = {
        "requestId": request.headers.get("x-request-id", ""),
        "source": job["source"]["url"],
        "userData": job.get("userData"),
        "rendition": {name: value for name, value in rendition.items() if name != "target"},
        **outcome,
    }
    body = {
        "user_guid": org,
        "provider_id": provider_id(org, client),
        "event_code": EVENT_CODE,
        "event": base64.b64encode(jsontext.dumps(event).encode()).decode(),
    }
    url = f"{settings.EVENTS_INGRESS_URL}/api/events"
    headers = {
        "authorization": request.headers.get("authorization", ""),
        "x-api-key": client,
        "x-ims-org-id": org,
        **_introduced(url),
    }
    http.post(url, json=body, headers=headers)


def _introduced(url: str) -> dict[str, str]:
    return parties.introduced(names.CUSTOM_WORKER, url)


def _trust() -> ssl.SSLContext | bool:
    """Jobs with a custom worker are signed for https, with our own authority's certificate."""
    authority = settings.DATA_DIR / "secrets" / "ca.pem"
    if not authority.exists():
        return True
    context = ssl.create_default_context()
    context.load_verify_locations(authority)
    return context
