"""What docs/flow.md shows works when it is pasted, and names every fault that there is."""

import re
import subprocess

import httpx
import pytest

from flow.fault_kinds import KINDS
from tests.server import ROOT, ServerProcess, clean_environment
from tests.services import require_program

PAGE = (ROOT / "docs" / "flow.md").read_text()


def snippet(name: str) -> str:
    found = re.search(rf"<!-- snippet: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"docs/flow.md has no snippet {name}"
    return found[1]


@pytest.mark.parametrize("name", ["gates", "faults"])
def test_a_snippet(server: ServerProcess, client: httpx.Client, name: str) -> None:
    require_program("curl")
    prelude = next(line for line in PAGE.splitlines() if line.startswith("flow() {"))
    environment = clean_environment(AEMULATOR_URL=server.url)
    done = subprocess.run(
        [require_program("bash"), "-c", f"set -eu\n{prelude}\n{snippet(name)}"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert client.get("/_aemulator/faults").json()["faults"] == []
    assert client.get("/_aemulator/gates").json()["flows"] == {}


def test_the_page_names_every_fault() -> None:
    table = PAGE.partition("| Kind |")[2]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == KINDS.keys()
