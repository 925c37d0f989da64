"""An exchange as a curl command, to be sent again by hand; pure. What was redacted has to be filled in."""

import shlex
from typing import Final

from flow.detail import Half

_OWN: Final = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "user-agent"})
_LONGEST: Final = 16_000  # characters of a body: a shell takes no more than some


def command(method: str, url: str, request: Half) -> str:
    words = ["curl", "-i"]
    if method == "HEAD":
        words.append("--head")
    elif method != "GET":
        words += ["-X", method]
    words.append(shlex.quote(url))
    for name, value in request.headers:
        if name.lower() not in _OWN and not name.lower().startswith("x-aemulator-"):
            words += ["-H", shlex.quote(f"{name}: {value}")]
    if request.text and len(request.text) <= _LONGEST:
        words += ["--data-binary", shlex.quote(request.text)]
    elif request.size:
        words += ["--data-binary", "@body"]
    return " ".join(words)
