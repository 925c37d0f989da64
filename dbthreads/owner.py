"""The name under which this process takes work on; of another name, or a process id, whether that process is dead."""

import os
import secrets
import socket
from functools import cache


@cache
def this_process() -> str:
    """`host:pid:nonce`: no other process ever has it."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether that process has ended for sure. One on another machine never has: its leases lapse."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if owner == this_process() or host != socket.gethostname() or not rest.isdigit():
        return False
    return int(rest) == os.getpid() or not is_running(int(rest))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
