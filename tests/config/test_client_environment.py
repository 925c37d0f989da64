"""The environment block in each language, read back by the language itself."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config import client_environment
from tests.services import require_program

AWKWARD = {
    "AEMULATOR_URL": "http://127.0.0.1:8080",
    "AEMULATOR_ORG_ID": "8C6767@AdobeOrg",
    "AZURE_STORAGE_CONNECTION_STRING": "AccountName=a;AccountKey=k==;BlobEndpoint=http://127.0.0.1:1/a;",
    "NODE_EXTRA_CA_CERTS": '/home/o\'neil/my "data"/$HOME/`id`/ca.pem',
    "NODE_OPTIONS": '--require "/a b/preload.cjs"',
}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_evaluates_it_to_exactly_the_values(shell: str) -> None:
    program = require_program(shell)
    script = 'eval "$1"; shift; for name; do eval "printf %s \\"\\$$name\\""; printf "\\n"; done'
    block = client_environment.for_shell(AWKWARD)
    done = subprocess.run([program, "-c", script, shell, block, *AWKWARD], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == list(AWKWARD.values())


def test_python_reads_it() -> None:
    script = f"{client_environment.for_python(AWKWARD)}\nimport json; print(json.dumps(dict(os.environ)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert AWKWARD.items() <= json.loads(done.stdout).items()


def test_node_reads_it_and_sends_adobes_hosts_here_from_then_on(tmp_path: Path) -> None:
    block = {**AWKWARD, "AEMULATOR_URL": "http://127.0.0.1:9"}
    script = tmp_path / "script.cjs"
    script.write_text(
        f"{client_environment.for_node(block)}\n"
        "console.log(JSON.stringify(process.env));\n"
        "require('node:https').get('https://api.adobe.io/').on('error', (error) => console.log(error.port));\n"
    )
    done = subprocess.run([require_program("node"), script], capture_output=True, text=True, check=True)
    environment, port = done.stdout.splitlines()
    assert block.items() <= json.loads(environment).items()
    assert port == "9"


def test_json_is_json() -> None:
    assert json.loads(client_environment.for_json(AWKWARD)) == AWKWARD
