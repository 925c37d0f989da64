"""The Node preload file with a real Node: who is sent here, how, and who is not."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config import adobe_hosts, client_environment
from tests.services import require_program

HEADERS = ("x-aemulator-from", "host", "x-forwarded-host", "content-type", "authorization", "x-mine")


@dataclass
class Recorder:
    """A server that keeps what it is asked and answers with it."""

    url: str = ""
    requests: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            seen = {name: self.headers[name] for name in HEADERS if self.headers[name]}
            request = {"method": self.command, "path": self.path, "body": self.body(), **seen}
            recorder.requests.append(request)
            content = json.dumps(request).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def body(self) -> str:
            if self.headers["transfer-encoding"] != "chunked":
                return self.rfile.read(int(self.headers["content-length"] or 0)).decode()
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole.decode()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        recorder.url = f"http://127.0.0.1:{server.server_port}"
        yield recorder
        server.shutdown()
        thread.join(10)


def node(script: str, folder: Path, url: str | None, preload: Path = client_environment.PRELOAD) -> str:
    """Run an ES module with the preload file in NODE_OPTIONS; its output."""
    program = require_program("node")
    file = folder / "script.mjs"
    file.write_text(script)
    environment = {"PATH": os.environ["PATH"], "NODE_OPTIONS": client_environment.node_options(preload)}
    if url is not None:
        environment["AEMULATOR_URL"] = url
    done = subprocess.run([program, file], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_listed_host_is_sent_here_by_fetch_and_https(tmp_path: Path, recorder: Recorder) -> None:
    hosts = [host.replace("*", "namespace") for host in adobe_hosts.HOSTS]
    script = f"""
        import https from 'node:https';
        for (const host of {json.dumps(hosts)}) {{
          await fetch(`https://${{host}}/by-fetch?a=1`);
          await new Promise((done) => https.get(`https://${{host}}/by-https?a=1`, (r) => r.resume().on('end', done)));
        }}
    """
    node(script, tmp_path, recorder.url)
    assert [r["path"] for r in recorder.requests] == ["/by-fetch?a=1", "/by-https?a=1"] * len(hosts)
    assert [r["x-forwarded-host"] for r in recorder.requests[::2]] == hosts
    assert [r["host"] for r in recorder.requests[1::2]] == hosts


URL = "'https://api.adobe.io/p?q=1'"
CALLS = {
    "url": f"request({URL}, {{method, headers}}, show)",
    "url object": f"request(new URL({URL}), {{method, headers}}, show)",
    "options": "request({hostname: 'api.adobe.io', path: '/p?q=1', method, headers}, show)",
    "host and port": "request({host: 'api.adobe.io:443', port: 443, path: '/p?q=1', method, headers}, show)",
    "agent": f"request({URL}, {{method, headers, agent: new Agent({{keepAlive: true}})}}, show)",
    "no agent": f"request({URL}, {{method, headers, agent: false}}, show)",
    "upper case": "request('https://API.Adobe.IO/p?q=1', {method, headers}, show)",
    "header list": f"request({URL}, {{method, headers: Object.entries(headers).flat()}}, show)",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_each_way_to_call_https_request_keeps_method_headers_and_body(
    tmp_path: Path, recorder: Recorder, call: str
) -> None:
    script = f"""
        import {{ request, Agent }} from 'node:https';
        const [method, headers] = ['POST', {{'content-type': 'text/plain', 'x-mine': 'yes'}}];
        const show = (response) => response.pipe(process.stdout);
        {call}.end('the body');
    """
    answer = json.loads(node(script, tmp_path, recorder.url))
    assert (answer["method"], answer["path"], answer["body"]) == ("POST", "/p?q=1", "the body")
    assert (answer["content-type"], answer["x-mine"]) == ("text/plain", "yes")
    assert answer["host"].lower() == "api.adobe.io"


FETCHES = {
    "string": "fetch('https://api.adobe.io/p?q=1', {method: 'POST', body: 'the body', headers})",
    "url object": "fetch(new URL('https://api.adobe.io/p?q=1'), {method: 'POST', body: 'the body', headers})",
    "request": "fetch(new Request('https://api.adobe.io/p?q=1', {method: 'POST', body: 'the body', headers}))",
    "header object": "fetch('https://api.adobe.io/p?q=1', "
    "{method: 'POST', body: 'the body', headers: new Headers(headers)})",
}


@pytest.mark.parametrize("call", FETCHES.values(), ids=FETCHES.keys())
def test_each_way_to_call_fetch_keeps_method_headers_and_body(tmp_path: Path, recorder: Recorder, call: str) -> None:
    script = f"""
        const headers = {{'content-type': 'text/plain', 'x-mine': 'yes'}};
        process.stdout.write(await (await {call}).text());
    """
    answer = json.loads(node(script, tmp_path, recorder.url))
    assert (answer["method"], answer["path"], answer["body"]) == ("POST", "/p?q=1", "the body")
    assert (answer["content-type"], answer["x-mine"]) == ("text/plain", "yes")


SENDER = "custom-worker;action=package/name;activation=0123"


def test_a_deployed_action_names_itself_to_aemulator_only(tmp_path: Path, recorder: Recorder) -> None:
    script = f"""
        import http from 'node:http';
        import https from 'node:https';
        const here = '{recorder.url}', local = here.replace('127.0.0.1', 'localhost');
        const other = http.createServer((asked, answer) => answer.end(asked.headers['x-aemulator-from'] ?? 'none'));
        await new Promise((done) => other.listen(0, '127.0.0.1', done));
        const there = `http://127.0.0.1:${{other.address().port}}/`;
        const get = (url, from = http) => new Promise((done) => from.get(url, (r) => {{
          let text = '';
          r.on('data', (chunk) => {{ text += chunk; }}).on('end', () => done(text));
        }}));
        process.env.AEMULATOR_FROM = '{SENDER}';
        await get(`${{here}}/direct`);
        await get(`${{local}}/by-name`);
        await get('https://api.adobe.io/adobe', https);
        await fetch(`${{here}}/fetched`, {{ headers: {{ 'x-mine': 'yes' }} }});
        await fetch(new Request(`${{here}}/request`, {{ method: 'POST', body: 'text' }}));
        await fetch('https://api.adobe.io/adobe-fetched');
        console.log(await get(there), await (await fetch(there)).text());
        other.close();
        other.closeAllConnections();
    """
    assert node(script, tmp_path, recorder.url).split() == ["none", "none"]
    assert [(request["path"], request.get("x-aemulator-from")) for request in recorder.requests] == [
        (path, SENDER) for path in ("/direct", "/by-name", "/adobe", "/fetched", "/request", "/adobe-fetched")
    ]
    assert recorder.requests[3]["x-mine"] == "yes"
    assert (recorder.requests[4]["method"], recorder.requests[4]["body"]) == ("POST", "text")


def test_other_hosts_are_left_alone(tmp_path: Path, recorder: Recorder) -> None:
    script = f"""
        import http from 'node:http';
        const names = [];
        const lookup = (name, options, callback) => {{ names.push(name); callback(new Error('no network')); }};
        for (const url of ['http://adobe.io/', 'http://notadobeioruntime.net/', 'http://api.adobe.io.example/']) {{
          await new Promise((done) => http.get(url, {{ lookup }}).on('error', done));
        }}
        await fetch('{recorder.url}/mine');
        console.log(names.join());
    """
    assert node(script, tmp_path, "http://127.0.0.1:9").strip() == "adobe.io,notadobeioruntime.net,api.adobe.io.example"
    assert [request["path"] for request in recorder.requests] == ["/mine"]


@pytest.mark.parametrize("url", [None, "", "not a url"])
def test_without_a_server_nothing_is_redirected(tmp_path: Path, url: str | None) -> None:
    script = """
        import https from 'node:https';
        const lookup = (name, options, callback) => callback(new Error(`asked for ${name}`));
        https.get('https://api.adobe.io/', { lookup }).on('error', (error) => console.log(error.message));
    """
    assert node(script, tmp_path, url).strip() == "asked for api.adobe.io"


def test_a_malformed_url_is_nodes_own_error(tmp_path: Path, recorder: Recorder) -> None:
    script = """
        import https from 'node:https';
        try { https.get('https://'); } catch (error) { console.log(error.code); }
        await fetch('https://').catch((error) => console.log(error.name));
    """
    assert node(script, tmp_path, recorder.url).split() == ["ERR_INVALID_URL", "TypeError"]


def test_its_path_may_have_spaces_and_quotes(tmp_path: Path, recorder: Recorder) -> None:
    awkward = tmp_path / 'a "quoted" folder'
    awkward.mkdir()
    preload = Path(shutil.copy(client_environment.PRELOAD, awkward))
    node("await fetch('https://api.adobe.io/x');", tmp_path, recorder.url, preload)
    assert [request["path"] for request in recorder.requests] == ["/x"]


def test_it_lists_the_hosts_of_the_certificate() -> None:
    source = client_environment.PRELOAD.read_text()
    listed = source[source.index("const HOSTS = [") : source.index("];")]
    assert tuple(line.strip().strip("',") for line in listed.splitlines()[1:]) == adobe_hosts.HOSTS
