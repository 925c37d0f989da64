"""`/api/docs`: every interface of this server, what of Adobe's is supported, and where it differs."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from repository.api import reference
from repository.api.document import DescribedBoxes
from repository.api.reference import Group
from shell import page as shell

SECTION: Final = "api"
DOCUMENTS: Final = {"support": "support-matrix.md", "differences": "differences.md"}
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def groups() -> list[Group]:
    """What the boxes describe does not change while the server runs."""
    return reference.groups(DescribedBoxes().get_schema(request=None, public=True))


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return _page(request, "ui/api_overview.html", "", {})


@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    if slug in DOCUMENTS:
        return _document(request, slug)
    found = next((group for group in groups() if group.slug == slug), None)
    if found is None:
        raise Http404(_("No interface of this server is called so"))
    return _page(request, "ui/api_group.html", slug, {"group": found})


def _document(request: HttpRequest, slug: str) -> HttpResponse:
    path = document_path(slug)
    if not path.exists():
        raise Http404(_("This page is not written yet"))
    context = {"document": _rendered(path.read_text(encoding="utf-8")), "title": _documents()[slug]}
    return _page(request, "ui/api_document.html", slug, context)


def document_path(slug: str) -> Path:
    return Path(settings.BASE_DIR) / "docs" / DOCUMENTS[slug]


def _rendered(markdown: str) -> SafeString:
    """Our own documents. Raw HTML in them stays text, and links lead nowhere but to http, https and here."""
    return SafeString(MARKDOWN.render(markdown))


def _documents() -> dict[str, str]:
    names = {"support": _("Support matrix"), "differences": _("What differs from Adobe")}
    return {slug: name for slug, name in names.items() if document_path(slug).exists()}


def _page(request: HttpRequest, template: str, slug: str, context: dict[str, Any]) -> HttpResponse:
    base_url = request.build_absolute_uri("/").rstrip("/")
    shared = {"groups": groups(), "documents": _documents(), "current": slug, "base_url": base_url}
    return shell.page(request, template, SECTION, shared | context)
