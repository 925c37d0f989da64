"""No URL, form or body makes the author answer 5xx or hang."""

import json
import string
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.repository.author import fresh_folder, upload
from tests.server import ServerProcess

SOON = 10.0  # seconds
EXAMPLES = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PREFIXES = ("/content/dam", "/content", "/api/assets", "/adobe", "/bin", "/libs", "/conf", "")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "COPY", "MOVE", "OPTIONS", "PROPFIND")
URL_WORDS = """
a x.jpg .json .1.json .-1.json .tidy .infinity / // /* .. %2F %00 %ff %25 % ;v=1.0 ; jcr:content _jcr_content
/renditions/ /comments/ original metadata .version .initiateUpload.json %F0%9F%98%80 ? ?limit= &offset=-1 = + %0d%0a ~ '
*
"""
URL_PARTS = st.sampled_from(URL_WORDS.split())
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "a", "/content/dam", "../..", "true", "-1", "9" * 30, "\x00", "\udcff"[:0]]),
)
SUFFIXES = (
    "",
    "@TypeHint",
    "@Delete",
    "@MoveFrom",
    "@CopyFrom",
    "@ValueFrom",
    "@DefaultValue",
    "@Patch",
    "@IgnoreBlanks",
)
CONTROLS = (
    ":operation",
    ":dest",
    ":applyTo",
    ":order",
    ":replace",
    ":name",
    ":nameHint",
    ":redirect",
    ":status",
    ":content",
)
NAMES = st.one_of(
    st.sampled_from(CONTROLS),
    st.builds(
        lambda prefix, name, suffix: f"{prefix}{name}{suffix}",
        st.sampled_from(["", "./", "../", "/", "/content/dam/fuzz/"]),
        st.one_of(
            st.sampled_from(["a", "b/c", "jcr:title", "jcr:primaryType", "jcr:mixinTypes", "*", ".", ":x", "a:b:c"]),
            TEXTS,
        ),
        st.sampled_from(SUFFIXES),
    ),
)
QUERY_KINDS = (
    "path type property nodename fulltext daterange relativedaterange rangeproperty boolproperty tagid mainasset"
    " excludepaths orderby group p location"
)
QUERY_PARAMETERS = (
    "|.value|.1_value|.operation|.property|.lowerBound|.upperBound|.relPath|.depth|.and|.flat|.self|.sort|.limit|.offset"
    "|.guessTotal|.hits|.properties|.nodedepth|.or|.not"
)
OPERATIONS = st.sampled_from(["", "delete", "move", "copy", "nop", "import", "checkin", "restore", "modify", "x"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def fuzzed(server: ServerProcess) -> Iterator[httpx.Client]:
    """A client whose requests must all be answered soon, and never with 5xx."""

    def check(response: httpx.Response) -> None:
        response.read()
        assert response.status_code < 500, f"{response.request.method} {response.request.url}: {response.text[:500]}"

    with server.client(event_hooks={"response": [check]}) as client:
        client.timeout = httpx.Timeout(SOON)
        client.post("/content/dam/fuzz", data={"jcr:primaryType": "sling:OrderedFolder"})
        upload(client, "/content/dam/fuzz", "x.jpg", b"not really a picture")
        yield client


@EXAMPLES
@given(method=st.sampled_from(METHODS), prefix=st.sampled_from(PREFIXES), parts=st.lists(URL_PARTS, max_size=6))
def test_any_url(fuzzed: httpx.Client, method: str, prefix: str, parts: list[str]) -> None:
    send(fuzzed, method, f"{prefix}/fuzz{''.join(parts)}")


@EXAMPLES
@given(st.binary(max_size=40))
def test_any_bytes_in_a_url(fuzzed: httpx.Client, path: bytes) -> None:
    escaped = "".join(chr(byte) if chr(byte) in string.ascii_letters + "/.%;" else f"%{byte:02x}" for byte in path)
    send(fuzzed, "GET", f"/content/dam/{escaped}")
    send(fuzzed, "GET", f"/{escaped}")


@EXAMPLES
@given(
    form=st.dictionaries(NAMES, TEXTS, max_size=5),
    operation=OPERATIONS,
    suffix=st.sampled_from(["", "/*", "/x.jpg", ".html"]),
)
def test_any_form(fuzzed: httpx.Client, form: dict[str, str], operation: str, suffix: str) -> None:
    fuzzed.post(f"/content/dam/fuzz/form{suffix}", data=clean({**form, ":operation": operation}))


@EXAMPLES
@given(body=st.one_of(JSON, st.fixed_dictionaries({"properties": st.dictionaries(TEXTS, JSON, max_size=3)})))
def test_any_json(fuzzed: httpx.Client, body: Any) -> None:
    encoded = clean_json(body)
    for method, path in (
        ("POST", "/api/assets/fuzz/j"),
        ("PUT", "/api/assets/fuzz/x.jpg"),
        ("PUT", "/api/assets/fuzz"),
    ):
        fuzzed.request(method, path, content=encoded, headers={"Content-Type": "application/json"})


@EXAMPLES
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", "text/plain", "x", ""]),
)
def test_any_body(fuzzed: httpx.Client, body: bytes, kind: str) -> None:
    for path in (
        "/content/dam/fuzz/b",
        "/api/assets/fuzz/b",
        "/api/assets/fuzz/*",
        "/bin/querybuilder.json",
    ):
        fuzzed.post(path, content=body, headers={"Content-Type": kind})


@EXAMPLES
@given(
    st.dictionaries(
        st.sampled_from(["Range", "If-Range", "If-None-Match", "If-Modified-Since", "Accept"]), TEXTS, max_size=3
    )
)
def test_any_header(fuzzed: httpx.Client, headers: dict[str, str]) -> None:
    fuzzed.get("/content/dam/fuzz/x.jpg", headers={name: printable(value) for name, value in headers.items()})


@EXAMPLES
@given(st.dictionaries(st.sampled_from(["X-Destination", "X-Depth", "X-Overwrite"]), TEXTS, max_size=3))
def test_any_destination(fuzzed: httpx.Client, headers: dict[str, str]) -> None:
    fuzzed.request(
        "COPY", "/api/assets/fuzz/x.jpg", headers={name: printable(value) for name, value in headers.items()}
    )


@EXAMPLES
@given(
    st.dictionaries(
        st.builds(
            lambda number, kind, parameter: f"{number}{kind}{parameter}",
            st.sampled_from(["", "1_", "group.", "1_group.2_"]),
            st.sampled_from(QUERY_KINDS.split()),
            st.sampled_from(QUERY_PARAMETERS.split("|")),
        ),
        st.one_of(
            TEXTS, st.sampled_from(["/content", "dam:Asset", "true", "-1", "*", "%", "jcr:content/*/x", "0", "1e999"])
        ),
        max_size=5,
    )
)
def test_any_query(fuzzed: httpx.Client, query: dict[str, str]) -> None:
    fuzzed.get("/bin/querybuilder.json", params=clean(query))


def test_fields_beyond_the_limit_are_refused(fuzzed: httpx.Client) -> None:
    folder = fresh_folder(fuzzed)
    assert fuzzed.post(folder, content="&".join(f"a{n}=1" for n in range(30_000)), headers=FORM).status_code == 400


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def send(client: httpx.Client, method: str, path: str) -> None:
    """As it is written: httpx would tidy the path up."""
    url = httpx.URL(str(client.base_url)).copy_with(raw_path=path.encode("ascii", "ignore"))
    client.request(method, url)


def clean(form: dict[str, str]) -> dict[str, str]:
    return {printable_text(name): printable_text(value) for name, value in form.items()}


def clean_json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode()


def printable(value: str) -> str:
    return "".join(character for character in value if 0x20 <= ord(character) < 0x7F).strip()


def printable_text(value: str) -> str:
    return value.encode("utf-8", "ignore").decode()
