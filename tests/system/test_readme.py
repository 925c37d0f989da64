"""What the README shows works when it is pasted."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import photographer
from tests.photographer import RENDITIONS
from tests.server import ADMIN, ROOT, ServerProcess, clean_environment, manage, wait_until
from tests.services import require_program

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("readme") / "data", demo=True) as server:
        yield server


def snippet(name: str) -> str:
    found = re.search(rf"<!-- snippet: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no snippet {name}"
    return found[1]


def wait_for_demo(server: ServerProcess) -> None:
    with photographer.client(server) as http:
        last = "/content/dam/demo/patterns/balloon.png"
        wait_until(lambda: http.head(last, auth=ADMIN).status_code == 200, 60, "the demo pictures are there")


def test_the_walk_through_the_seven_steps(demo_server: ServerProcess) -> None:
    wait_for_demo(demo_server)
    script = f"set -eu\nset -o pipefail\n{snippet('walk')}"
    require_program("curl")
    environment = clean_environment(AEMULATOR_DATA_DIR=str(demo_server.data_dir))
    done = subprocess.run(
        [require_program("bash"), "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = RENDITIONS - {"original"}
    assert {line.split()[1] for line in done.stdout.splitlines() if line.startswith("rendition_created ")} == made
    assert made <= set(done.stdout.splitlines())


def test_the_node_program(demo_server: ServerProcess, tmp_path: Path) -> None:
    program = tmp_path / "program.mjs"
    program.write_text(snippet("node"))
    block = manage("env", "--data-dir", str(demo_server.data_dir)).stdout
    done = subprocess.run(
        [require_program("bash"), "-c", f'{block}\nexec node "$0"', str(program)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("200 ")
    assert "/events/organizations/" in done.stdout


def test_each_option_and_command_it_names_exists() -> None:
    options = manage("serve", "--help").stdout
    named = set(re.findall(r"`(--[a-z-]+)`", README)) - {"--demo"}
    assert all(option in options for option in named), named
    commands = manage("help", "--commands").stdout.split()
    assert {"serve", "env", "reset", "doctor", "worker", "poll"} <= set(commands)


def test_each_file_it_links_to_exists() -> None:
    links = {link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")}
    missing = {link for link in links if not (ROOT / link).exists()}
    assert not missing
