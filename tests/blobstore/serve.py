"""`python -m tests.blobstore.serve DIRECTORY DESCRIPTOR`: the store on a listening socket, without Django."""

import socket
import sys
from pathlib import Path

import uvicorn

from blobstore.asgi import create_app
from config.large_bodies import LargeBodyProtocol
from tests.blobstore.account import config

if __name__ == "__main__":
    directory, descriptor = sys.argv[1:]
    # Not uvicorn's own `fd`: it takes every descriptor for a Unix socket, and then leaves Nagle's algorithm on.
    listening = socket.socket(fileno=int(descriptor))
    app = create_app(config(Path(directory)))
    settings = uvicorn.Config(
        app,
        http=LargeBodyProtocol,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    uvicorn.Server(settings).run([listening])
