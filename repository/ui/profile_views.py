"""`/tools/processing-profiles`: the list, the editor and its live preview; and which profile a folder has."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repository import profile_store, tree
from repository.api.profile_serializers import representation
from repository.auth import csrf
from repository.errors import InvalidPath, NodeNotFound, RepositoryError
from repository.paths import DAM, NodePath
from repository.profile_nodes import ROOT
from repository.profiles import DEFAULT_PROFILE, IMAGE_FORMATS, Profile
from repository.ui import profile_forms, profile_preview
from repository.ui.profile_forms import ProfileForm
from shell import page as shell

SECTION: Final = "profiles"
LIST_URL: Final = "/tools/processing-profiles"
CREATE: Final = "create"  # no profile is called so: its page would be the one that creates


@dataclass(frozen=True)
class Entry:
    """A line of the list."""

    profile: Profile
    folders: list[NodePath]

    @property
    def name(self) -> str:
        return self.profile.path.rpartition("/")[2]

    @property
    def url(self) -> str:
        return f"{LIST_URL}/{self.name}.html"

    @property
    def renditions(self) -> list[str]:
        return [row.file_name for row in self.profile.rows]


@require_GET
def profiles(request: HttpRequest) -> HttpResponse:
    applied = profile_store.assignments()
    entries = [
        Entry(profile, [folder for folder, path in applied.items() if path == profile.path])
        for profile in profile_store.listed()
    ]
    context = {
        "entries": entries,
        "default_profile": [rendition.name for rendition in DEFAULT_PROFILE],
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "saved": request.GET.get("saved", "")[:200],
    }
    return shell.page(request, "ui/profiles.html", SECTION, context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _editor(request, profile_forms.empty())
    profile, form = profile_forms.checked(profile_forms.posted(request.POST))
    if profile is None:
        return _editor(request, form, status=422)
    return _saved(profile_store.create(profile, request.user.get_username()))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    if request.method != "POST":
        stored = _profile(name)
        return _editor(request, profile_forms.of(representation(stored)), stored)
    profile, form = profile_forms.checked(profile_forms.posted(request.POST))
    try:
        stored = _profile(name)
    except Http404:
        return _editor(request, form, notice="deleted", status=404)
    if profile is None:
        return _editor(request, form, stored, status=422)
    if request.POST.get("revision", "") not in {"", profile_forms.revision(stored)}:
        return _editor(request, form, stored, notice="changed", status=409)
    return _saved(profile_store.replace(NodePath(stored.path), profile, request.user.get_username()))


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The fragment beside the form: the request for a sample file, and what is left out of it."""
    data = profile_forms.posted(request.POST)
    profile = profile_forms.readable(data)
    rows = sum(len(data[name]) for name in profile_forms.LISTS) + data["createFpoRendition"]
    return render(request, "ui/profile_preview.html", _preview(request, profile, rows - len(profile.rows)))


@require_POST
def copy(request: HttpRequest) -> HttpResponse:
    """`path` to be copied under `title`; the hidden default profile has an empty path."""
    title = request.POST.get("title", "").strip()[:150] or "Copy"
    source = request.POST.get("path", "")
    try:
        if source:
            copied = profile_store.copy(NodePath(source), title, request.user.get_username())
        else:
            copied = profile_store.create(Profile(title, profile_store.standard_rows()), request.user.get_username())
    except RepositoryError as err:
        return JsonResponse({"message": err.message}, status=404)
    return JsonResponse({"path": copied.path})


@require_GET
def folder_properties(request: HttpRequest, suffix: str) -> HttpResponse:
    """The fragment of the dialog: title, and which profile holds, from where."""
    try:
        path = NodePath.from_url(suffix)
    except InvalidPath as err:
        raise Http404(err.message) from err
    node = tree.find(path)
    if node is None or not node.is_folder or not (path == DAM or path.is_under(DAM)):
        raise Http404(_("There is no folder %(path)s") % {"path": path})
    content = tree.find(path / "jcr:content")
    assigned = profile_store.assignment_of(path)
    above = profile_store.assignment_of(path.parent)
    own = str(assigned.profile) if assigned and assigned.folder == path else ""
    stored = profile_store.listed()
    context = {
        "path": path,
        "title": (content.text("jcr:title") if content else "") or path.name,
        "profiles": stored,
        "own": own,
        "is_dangling": bool(own) and own not in {profile.path for profile in stored},
        "above": above,
        "above_title": _title(above.profile) if above else "",
    }
    return render(request, "ui/folder_properties.html", context)


def _title(path: NodePath) -> str:
    try:
        return profile_store.read(path).title
    except NodeNotFound:
        return path


def _editor(
    request: HttpRequest, form: ProfileForm, stored: Profile | None = None, *, notice: str = "", status: int = 200
) -> HttpResponse:
    """`notice`: what happened to the profile meanwhile, changed or deleted; saving the form again overrules it."""
    profile = stored or Profile("")
    context: dict[str, Any] = {
        "form": form,
        "profile": stored,
        "notice": notice,
        "revision": profile_forms.revision(stored) if stored else "",
        "csrf_token": csrf.token_of(request) or "",
        "csrf_parameter": csrf.PARAMETER,
        "formats": IMAGE_FORMATS,
        "blank": profile_forms.BLANK,
        **_preview(request, profile, 0),
    }
    return shell.page(request, "ui/profile_editor.html", SECTION, context, status=status)


def _preview(request: HttpRequest, profile: Profile, unfinished: int) -> dict[str, Any]:
    chosen = profile_preview.sample(request.POST.get("sample", ""))
    with_default = "withDefault" in request.POST
    return {
        "samples": profile_preview.SAMPLES,
        "sample": chosen,
        "with_default": with_default,
        "request_json": profile_preview.request_json(profile, chosen, with_default=with_default),
        "left_out": profile_preview.left_out(profile, chosen),
        "unfinished": unfinished,
    }


def _saved(profile: Profile) -> HttpResponse:
    return HttpResponseRedirect(f"{LIST_URL}?saved={profile.path.rpartition('/')[2]}")


def _profile(name: str) -> Profile:
    try:
        return profile_store.read(ROOT / name)
    except (NodeNotFound, InvalidPath) as err:
        raise Http404(_("There is no processing profile %(name)s") % {"name": name}) from err
