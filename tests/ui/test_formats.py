"""Numbers, types and policies in words."""

import datetime

import pytest
from django.utils import timezone

from repository.ui import filetypes
from shell import csp, formats


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (63_718, "64 kB"),
        (999_999, "1.0 MB"),
        (2_400_000, "2.4 MB"),
        (53_687_091_200, "54 GB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes(count: int, words: str) -> None:
    assert formats.size(count).replace("\N{NO-BREAK SPACE}", " ") == words


def test_times_are_relative_with_the_exact_one_on_hover() -> None:
    moment = timezone.now() - datetime.timedelta(minutes=3)
    shown = formats.when(moment)
    assert ">3 minutes ago<" in shown
    assert moment.strftime("%H:%M:%S") in shown
    assert formats.when(None) == ""


@pytest.mark.parametrize(
    ("mime_type", "name", "label"),
    [
        ("image/jpeg", "a.jpg", "JPEG"),
        ("image/svg+xml", "a.svg", "SVG"),
        ("image/vnd.adobe.photoshop", "a.psd", "PSD"),
        ("image/x-canon-cr2", "a.cr2", "CR2"),
        ("video/quicktime", "a.mov", "MOV"),
        ("application/octet-stream", "a.blend", "BLEND"),
        ("application/octet-stream", "README", "File"),
    ],
)
def test_file_types_have_short_names(mime_type: str, name: str, label: str) -> None:
    assert filetypes.label(mime_type, name) == label


def test_the_policy_lets_uploads_reach_the_blob_storage_and_nothing_else() -> None:
    azure = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=x==;EndpointSuffix=core.windows.net"
    assert csp.blob_origin(azure) == "https://acme.blob.core.windows.net"
    policy = csp.policy(azure)
    assert "connect-src 'self' ws: wss: https://acme.blob.core.windows.net" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    own = "DefaultEndpointsProtocol=http;AccountName=dev;AccountKey=x==;BlobEndpoint=http://127.0.0.1:8080/dev;"
    assert csp.blob_origin(own) == "http://127.0.0.1:8080"


def test_a_name_breaks_before_its_dots() -> None:
    assert formats.breakable("a<b.c.png") == "a&lt;b<wbr>.c<wbr>.png"
