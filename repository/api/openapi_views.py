"""The OpenAPI document as JSON, and the page to browse it."""

from typing import Any

from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from repository.auth import csrf


class OpenApiDocument(SpectacularJSONAPIView):
    permission_classes = [AllowAny]


class OpenApiPage(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files; its script is a resource of its own, so that no script is inline."""

    permission_classes = [AllowAny]
    template_name = "api_docs.html"
    url_name = "openapi"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.data["csrf_token"] = csrf.token_of(request._request) or ""
        response["Cache-Control"] = "private, no-cache"
        return response

    def _get_csrf_header_name(self) -> str:
        return csrf.HEADER


document = OpenApiDocument.as_view()
swagger = OpenApiPage.as_view()
