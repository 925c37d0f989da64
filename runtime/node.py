"""The Node that runs the actions: where it is, how it is started, what its processes find in their environment."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from django.conf import settings

from probes import names
from runtime.actions import Deployed
from runtime.errors import CannotRun

RUNNER: Final = Path(__file__).resolve().parent / "node" / "runner.cjs"
MISSING: Final = (
    "Node.js is needed to run deployed actions, and is not installed or not on PATH. "
    "Install Node 18 or newer, restart AEMulator, and call the action again."
)
_INHERITED: Final = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot")
# What Adobe's SDK would do on Adobe's machines only: New Relic, control groups.
_QUIET_SDK: Final = {
    "ASSET_COMPUTE_SDK_DISABLE_CGROUP_METRICS": "true",
    "OPENWHISK_NEWRELIC_DISABLE_METRICS": "true",
    "OPENWHISK_NEWRELIC_DISABLE_ALL_INSTRUMENTATION": "true",
}


def version() -> tuple[int, int] | None:
    """None without Node."""
    program = shutil.which("node")
    return _version(program) if program else None


def command(action: Deployed) -> list[str]:
    """The program and its options for a process of this action; `CannotRun` without Node."""
    program, found = shutil.which("node"), version()
    if not program or not found:
        raise CannotRun(MISSING)
    options = [f"--max-old-space-size={action.spec.memory}", "--enable-source-maps"]
    if (20, 10) <= found < (22, 7):
        options.append("--experimental-detect-module")  # later versions do it unasked
    if action.spec.inspect_port is not None:
        options.append(f"--inspect=127.0.0.1:{action.spec.inspect_port}")
    return [*_dying_with_this_process(), program, *options, "--require", str(settings.NODE_PRELOAD_FILE), str(RUNNER)]


def environment(action: Deployed, work: Path, runner_fd: int) -> dict[str, str]:
    """What every activation of the process finds; its own part comes with it (`activation_environment`)."""
    authority = settings.DATA_DIR / "secrets" / "ca.pem"
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        **_QUIET_SDK,
        "AEMULATOR_URL": settings.AEMULATOR_URL,
        "AEMULATOR_HTTPS_URL": settings.AEMULATOR_HTTPS_URL,
        "AEMULATOR_RUNNER_FD": str(runner_fd),
        "NODE_EXTRA_CA_CERTS": str(authority),
        "WORKER_BASE_DIRECTORY": str(work),
        "__OW_ACTION_NAME": f"/{action.path}",
        "__OW_ACTION_VERSION": f"0.0.{action.version}",
        "__OW_API_HOST": settings.AEMULATOR_URL,
        "__OW_API_KEY": settings.RUNTIME_AUTH,
        "__OW_NAMESPACE": action.namespace,
    }


def activation_environment(action: Deployed, activation_id: str, deadline: float) -> dict[str, str]:
    """`deadline` in epoch seconds. The sender is told to the recorder of exchanges by the preload file."""
    return {
        "__OW_ACTIVATION_ID": activation_id,
        "__OW_TRANSACTION_ID": activation_id,
        "__OW_DEADLINE": str(int(deadline * 1000)),
        "AEMULATOR_FROM": names.header(
            names.CUSTOM_WORKER, action=quote(action.qualified_name), activation=activation_id
        ),
    }


@cache
def _dying_with_this_process() -> list[str]:
    """Where the system can do it, no action outlives a server that was killed."""
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return []
    test = [setpriv, "--pdeathsig", "KILL", "true"]
    works = subprocess.run(test, capture_output=True, timeout=10, check=False).returncode == 0
    return test[:-1] if works else []


@cache
def _version(program: str) -> tuple[int, int] | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
        major, minor, *_ = answer.stdout.strip().removeprefix("v").split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
