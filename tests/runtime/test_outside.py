"""What an action asks of other servers is told, however it asks; what it asks of AEMulator is not."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runtime import node
from tests.services import require_program


@pytest.fixture
def elsewhere() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def do_GET(self) -> None:
            self.send_response(201)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"made")

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


def told(script: str, folder: Path) -> list[dict[str, Any]]:
    file = folder / "script.cjs"
    file.write_text(f"""
        const told = [];
        require({str(node.RUNNER.with_name("exchanges.cjs"))!r})((exchange) => told.push(exchange));
        const http = require('node:http');
        const ask = (url, options) => new Promise((done) => {{
          http.get(url, options, (answer) => answer.resume().on('end', done)).on('error', done);
        }});
        (async () => {{
          {script}
          await new Promise((done) => setTimeout(done, 50));
          console.log(JSON.stringify(told));
        }})();""")
    done = subprocess.run(
        [require_program("node"), str(file)],
        env={"PATH": os.environ["PATH"], "__OW_ACTIVATION_ID": "0123"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_each_way_to_ask(tmp_path: Path, elsewhere: str) -> None:
    found = told(
        f"""
        await ask('{elsewhere}/by-http?a=1', {{ headers: {{ 'X-Mine': 'yes' }} }});
        const post = {{ method: 'POST', body: 'text', headers: {{ 'x-mine': 'yes' }} }};
        await (await fetch('{elsewhere}/by-fetch', post)).text();
        """,
        tmp_path,
    )
    assert [(one["method"], one["url"]) for one in found] == [
        ("GET", f"{elsewhere}/by-http?a=1"),
        ("POST", f"{elsewhere}/by-fetch"),
    ]
    for one in found:
        assert (one["activation"], one["status"], one["error"]) == ("0123", 201, "")
        assert one["started"] <= one["first_byte"] <= one["ended"]
        assert one["request_headers"]["x-mine"] == "yes"
        assert one["response_headers"]["content-length"] == "4"
        assert one["sizes"][1] == 4


def test_what_fails_and_what_goes_to_aemulator(tmp_path: Path, elsewhere: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    found = told(
        f"""
        await ask('{nobody}/by-http', {{}});
        await fetch('{nobody}/by-fetch').catch(() => undefined);
        await ask('{elsewhere}/ours', {{ headers: {{ 'x-aemulator-from': 'custom-worker' }} }});
        await (await fetch('{elsewhere}/ours', {{ headers: {{ 'x-aemulator-from': 'custom-worker' }} }})).text();
        """,
        tmp_path,
    )
    assert [one["url"].rpartition("/")[2] for one in found] == ["by-http", "by-fetch"]
    assert all("status" not in one for one in found)
    assert "ECONNREFUSED" in found[0]["error"]
