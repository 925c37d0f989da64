"""What the profile editor is told about workers: which are deployed, and whether a typed endpoint can work."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.runtime.conftest import Commands, Deploy
from tests.server import ServerProcess

ECHO = "exports.main = () => ({});"
HIDDEN = "packages: {hidden: {actions: {quiet: {function: index.js}, open: {function: index.js, web: yes}}}}"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """A worker of somebody else's: answers, except where there is nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self.send_response(404 if self.path == "/nothing" else 501)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{other.server_port}"
        other.shutdown()
        thread.join(10)


def finding(client: httpx.Client, url: str) -> tuple[str, str]:
    answer = client.get("/tools/processing-profiles.endpoint.json", params={"url": url}).raise_for_status().json()
    return answer["state"], answer["message"]


def test_deployed_workers_are_suggested(client: httpx.Client, deploy: Deploy) -> None:
    name = deploy({"index.js": ECHO, "manifest.yml": HIDDEN})
    suggested = client.get("/tools/processing-profiles.workers.json").json()["workers"]
    assert name
    by_title = {worker["title"]: worker["url"] for worker in suggested}
    assert by_title["hidden/open"] == "https://aemulator.adobeioruntime.net/api/v1/web/hidden/open"
    assert "hidden/quiet" not in by_title


def test_an_action_that_is_deployed_works_by_each_of_its_urls(
    server: ServerProcess, client: httpx.Client, deploy: Deploy
) -> None:
    name = deploy(ECHO)
    for url in (
        f"https://aemulator.adobeioruntime.net/api/v1/web/default/{name}",
        f"https://adobeioruntime.net/api/v1/web/aemulator/default/{name}",
        f"{server.url}/api/v1/web/aemulator/default/{name}",
        f"{server.https_url}/api/v1/web/aemulator/default/{name}",
    ):
        assert finding(client, url) == ("ok", f"default/{name} is deployed here")


def test_an_action_in_another_namespace(client: httpx.Client, commands: Commands, deploy: Deploy) -> None:
    name = deploy(ECHO, "--namespace", "1234-mine-stage")
    url = f"https://1234-mine-stage.adobeioruntime.net/api/v1/web/default/{name}"
    assert finding(client, url)[0] == "ok"


PROBLEMS = {
    "https://12-app.adobeio-static.net/api/v1/web/a/b": "serves the web pages",
    "http://example.com/worker": "https only",
    "ftp://example.com": "is an http or https URL",
    "https://user:word@example.com/": "user name or password",
    "https://aemulator.adobeioruntime.net/": "The URL of an action is",
    "https://aemulator.adobeioruntime.net/api/v1/web/only-package": "The URL of an action is",
    "https://aemulator.adobeioruntime.net/api/v1/web/p/gone": "No action p/gone is deployed in the namespace aemulator",
    "https://99-x.adobeioruntime.net/api/v1/web/p/gone": "--namespace 99-x",
    "https://aemulator.adobeioruntime.net/api/v1/web/hidden/quiet": "is no web action",
    "https://asset-compute.adobe.io/process": "a service of Adobe's own",
    "https://author-p1-e2.adobeaemcloud.com/content": "a service of Adobe's own",
    "http://127.0.0.1:9/worker": "Nothing answers at 127.0.0.1",
    "https://nowhere.invalid/worker": "There is no host nowhere.invalid",
    f"https://{'a' * 64}.invalid/worker": "is no name of a host",
}


@pytest.mark.parametrize(("url", "words"), PROBLEMS.items())
def test_what_cannot_work_is_explained(client: httpx.Client, deploy: Deploy, url: str, words: str) -> None:
    deploy({"index.js": ECHO, "manifest.yml": HIDDEN})
    state, message = finding(client, url)
    assert state == "problem"
    assert words in message


def test_workers_elsewhere_are_looked_at(server: ServerProcess, client: httpx.Client, elsewhere: str) -> None:
    assert finding(client, f"{elsewhere}/worker") == ("ok", "127.0.0.1 answers")
    state, message = finding(client, f"{elsewhere}/nothing")
    assert (state, "nothing at this path" in message) == ("warning", True)
    state, message = finding(client, elsewhere.replace("http:", "https:"))
    assert (state, "does not speak HTTPS here" in message) == ("problem", True)
    state, message = finding(client, f"{server.url}/content/dam")
    assert (state, "AEMulator itself" in message) == ("problem", True)


def test_only_who_is_logged_in_may_ask(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/tools/processing-profiles.endpoint.json?url=http://127.0.0.1:9")
    assert answer.status_code in {302, 401}
