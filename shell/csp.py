"""Content Security Policy of every HTML page: scripts and styles from this server only, none inline.

A view that needs another policy sets the header itself; it is left as it is.
"""

from collections.abc import Callable
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "Content-Security-Policy"


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(HEADER, policy(settings.AZURE_STORAGE_CONNECTION_STRING))
        return response


@cache
def policy(connection_string: str) -> str:
    """Uploads go to the blob storage directly, whatever its host; pictures come from it where reads are redirected."""
    storage = blob_origin(connection_string)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: data: {storage}",
            f"media-src 'self' blob: {storage}",
            f"connect-src 'self' ws: wss: {storage}",
            "font-src 'self'",
            "frame-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )


def blob_origin(connection_string: str) -> str:
    """`https://account.blob.core.windows.net` from an Azure connection string."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    endpoint = parts.get("BlobEndpoint", "")
    if not endpoint:
        suffix = parts.get("EndpointSuffix", "core.windows.net")
        endpoint = f"{parts.get('DefaultEndpointsProtocol', 'https')}://{parts.get('AccountName', '')}.blob.{suffix}"
    url = urlsplit(endpoint)
    return f"{url.scheme}://{url.netloc}"
