"""`python -m tests.blobstore.serve DIRECTORY DESCRIPTOR`: the store on a listening socket, without Django."""

import sys
from pathlib import Path

import uvicorn

from blobstore.asgi import create_app
from tests.blobstore.servers import config

if __name__ == "__main__":
    directory, descriptor = sys.argv[1:]
    uvicorn.run(create_app(config(Path(directory))), fd=int(descriptor), log_level="warning")
