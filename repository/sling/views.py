"""Every URL that names a resource of the tree: resolved by Sling's rules, then read or changed."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from repository.sling import get, post
from repository.sling.resolution import resolve


@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest) -> HttpResponse:
    target = resolve(request.path)
    return post.write(request, target) if request.method == "POST" else get.read(request, target)
