"""`python -m tests.blobstore.serve DIRECTORY DESCRIPTOR`: the store on a listening socket, without Django."""

import socket
import sys
from pathlib import Path

import uvicorn

from blobstore.asgi import create_app
from tests.blobstore.account import config

if __name__ == "__main__":
    directory, descriptor = sys.argv[1:]
    # Not uvicorn's own `fd`: it takes every descriptor for a Unix socket, and then leaves Nagle's algorithm on.
    listening = socket.socket(fileno=int(descriptor))
    uvicorn.Server(uvicorn.Config(create_app(config(Path(directory))), log_level="warning")).run([listening])
