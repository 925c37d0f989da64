"""Try on a sample: starts a trial of the profile in the editor's form, and shows what has come of it."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from repository import profile_trials
from repository.errors import RepositoryError, ServiceError
from repository.profile_trials import LARGEST, TrialRefused
from repository.ui import profile_forms

SAMPLE: Final = Path("static/aemulator/sample.jpg")


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """The fragment of a trial that has begun; the form as the editor has it, `file` optional."""
    profile = profile_forms.readable(profile_forms.posted(request.POST))
    try:
        name, data = _file(request.FILES.get("file"))
        note = profile_trials.begin(profile, name, data, with_default="withDefault" in request.POST)
        return _shown(request, note)
    except (TrialRefused, ServiceError) as err:
        return JsonResponse({"message": err.message}, status=422)


@require_POST
def results(request: HttpRequest) -> HttpResponse:
    note = request.POST.get("note", "")
    try:
        return _shown(request, note)
    except RepositoryError as err:
        return JsonResponse({"message": err.message}, status=422)


def _shown(request: HttpRequest, note: str) -> HttpResponse:
    found = profile_trials.results(note)
    waiting = sum(result.state == "waiting" for result in found)
    return render(request, "ui/profile_trial.html", {"results": found, "note": note, "waiting": waiting})


def _file(sent: "File[bytes] | None") -> tuple[str, bytes]:
    """That of the person, or the sample picture."""
    if sent is None or not sent.name:
        return "sample.jpg", (Path(settings.BASE_DIR) / SAMPLE).read_bytes()
    if (sent.size or 0) > LARGEST:
        raise TrialRefused(f"{sent.name} has more than {LARGEST // 1_000_000} MB: too large to try")
    return Path(sent.name).name, sent.read()
