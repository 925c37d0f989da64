"""The processes of actions: when they are started, kept, replaced and ended."""

import os
import shutil
import socket
import time
from pathlib import Path
from typing import Any

import httpx

from tests.runtime.conftest import Deploy, invoke, value_of
from tests.server import ServerProcess, wait_until


def test_a_process_that_ended_is_replaced(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = ({ exit }) => { if (exit) process.exit(100); return { pid: process.pid }; };")
    first = invoke(rest, name, result="true").json()["pid"]
    assert invoke(rest, name, result="true").json()["pid"] == first
    assert invoke(rest, name, {"exit": True}).status_code == 502
    assert invoke(rest, name, result="true").json()["pid"] != first


def test_an_action_is_ended_at_its_time_limit_with_all_that_it_started(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy(
        """
        const { spawn } = require('node:child_process');
        exports.main = () => {
          const child = spawn('sleep', ['600']);
          console.log('pid', child.pid);
          return new Promise(() => {});
        };""",
        "--timeout",
        "700",
    )
    answer = invoke(rest, name)
    activation = answer.json()
    assert answer.status_code == 502
    assert activation["response"]["result"] == {"error": "The action exceeded its time limits of 0.7 seconds."}
    assert value_of(activation["annotations"], "timeout") is True
    child = int(activation["logs"][0].rpartition(" ")[2])
    wait_until(lambda: not _runs(child), 10, "the program that it started is gone")


def test_an_action_is_ended_at_its_memory_limit(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy(
        """
        exports.main = async () => {
          const kept = [];
          for (;;) { kept.push(Buffer.alloc(8e6, 1)); await new Promise((done) => setTimeout(done, 5)); }
        };""",
        "--memory",
        "128",
    )
    error = invoke(rest, name).json()["response"]["result"]["error"]
    assert "more than its limit of 128 MB" in error


def test_changed_files_are_loaded_at_the_next_activation(rest: httpx.Client, deploy: Deploy, tmp_path: Path) -> None:
    files = {"index.js": "exports.main = () => ({ word: require('./lib/word') });", "keep.txt": ""}
    name = deploy(files)
    word = tmp_path / name / "lib"
    word.mkdir()
    (word / "word.js").write_text("module.exports = 'one';")
    assert invoke(rest, name, result="true").json() == {"word": "one"}
    (word / "word.js").write_text("module.exports = 'two, longer';")
    assert invoke(rest, name, result="true").json() == {"word": "two, longer"}
    (tmp_path / name / "index.js").write_text("exports.main = () => ({ own: true });")
    assert invoke(rest, name, result="true").json() == {"own": True}


def test_without_watch_changed_files_wait_for_the_next_deployment(
    rest: httpx.Client, deploy: Deploy, tmp_path: Path
) -> None:
    name = deploy("exports.main = () => ({ word: 'one' });", "--no-watch")
    assert invoke(rest, name, result="true").json() == {"word": "one"}
    (tmp_path / name / "index.js").write_text("exports.main = () => ({ word: 'two' });")
    assert invoke(rest, name, result="true").json() == {"word": "one"}


def test_an_action_that_only_writes_holds_up_nobody(server: ServerProcess, rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("exports.main = () => { for (;;) console.log('x'.repeat(99)); };", "--timeout", "2000")
    activation = rest.post(f"/actions/{name}", json={}).json()["activationId"]
    wait_until(lambda: "xxx" in rest.get(f"/activations/{activation}/logs").text, 20, "it writes")
    slowest = 0.0
    for _ in range(10):
        started = time.monotonic()
        assert httpx.get(f"{server.url}/ims/keys").status_code == 200
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < 1.0
    wait_until(lambda: rest.get(f"/activations/{activation}").status_code == 200, 20, "it is ended")


def test_a_code_that_was_removed(rest: httpx.Client, deploy: Deploy, tmp_path: Path) -> None:
    name = deploy("exports.main = () => ({});")
    shutil.rmtree(tmp_path / name)
    assert "not exist" in str(invoke(rest, name).json()["response"]["result"]["error"])


def test_activations_run_side_by_side_in_processes_of_their_own(rest: httpx.Client, deploy: Deploy) -> None:
    name = deploy("""
        let busy = 0;
        exports.main = async () => {
          busy += 1;
          await new Promise((done) => setTimeout(done, 30));
          busy -= 1;
          return { alone: busy === 0, pid: process.pid };
        };""")
    started = [rest.post(f"/actions/{name}", json={}).json()["activationId"] for _ in range(12)]

    def listed() -> list[dict[str, Any]]:
        found = list(rest.get("/activations", params={"name": name, "docs": "true"}).json())
        return found if len(found) == len(started) else []

    ended = wait_until(listed, 30, "all have ended")
    assert {activation["activationId"] for activation in ended} == set(started)
    results = [activation["response"]["result"] for activation in ended]
    assert all(result["alone"] for result in results)
    assert 1 <= len({result["pid"] for result in results}) <= 3


def test_a_debugger_may_attach_and_nothing_is_ended_while_it_may(rest: httpx.Client, deploy: Deploy) -> None:
    port = _free_port()
    code = "exports.main = async () => { await new Promise((done) => setTimeout(done, 600)); return {}; };"
    name = deploy(code, f"--inspect={port}", "--timeout", "100")

    def targets() -> list[dict[str, str]]:
        try:
            return list(httpx.get(f"http://127.0.0.1:{port}/json/list").json())
        except httpx.TransportError:
            return []

    (target,) = wait_until(targets, 20, "the debugger listens before the first call")
    assert target["webSocketDebuggerUrl"].startswith(f"ws://127.0.0.1:{port}/")
    assert invoke(rest, name).status_code == 200
    assert invoke(rest, name).status_code == 200  # by the same process: there is one port
    assert rest.get(f"/actions/{name}").status_code == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
