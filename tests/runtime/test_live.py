"""The live topic of the box: a page hears of each change of an activation, and of what it writes while it runs."""

import json
from pathlib import Path

import httpx
from websockets.sync.client import connect

from tests.runtime.conftest import Deploy
from tests.server import ADMIN, ServerProcess, wait_until

PATIENCE = 20.0


def test_a_page_hears_of_an_activation_and_its_lines(
    server: ServerProcess, rest: httpx.Client, deploy: Deploy, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    name = deploy(f"""
        const fs = require('node:fs');
        exports.main = async () => {{
          for (let i = 0; !fs.existsSync({str(go)!r}); i++) {{
            console.log(i);
            await new Promise((done) => setTimeout(done, 100));
          }}
          return {{}};
        }};""")
    with httpx.Client(base_url=server.url) as session:
        form = {"j_username": ADMIN[0], "j_password": ADMIN[1], "_charset_": "utf-8"}
        session.post("/libs/granite/core/content/login.html/j_security_check", data=form)
        cookie = "; ".join(f"{key}={value}" for key, value in session.cookies.items())
    address = f"{server.url.replace('http', 'ws', 1)}/_aemulator/live"
    with connect(address, additional_headers={"Cookie": cookie}) as socket:

        def mark() -> str:
            return str(json.loads(socket.recv(timeout=PATIENCE)).get("runtime", ""))

        first = mark()
        activation = rest.post(f"/actions/{name}", json={}).json()["activationId"]
        seen = {first}
        while len(seen) < 5:  # it is accepted, starts, and writes
            seen.add(mark())
        go.touch()
        wait_until(lambda: rest.get(f"/activations/{activation}").status_code == 200, PATIENCE, "it ends")
        last = mark()
        assert last not in seen
