"""A pytest plugin: the fixture `aemulator` is a running AEMulator, empty at the start of each test (docs/testing.md).

It needs nothing of the server's modules but `manage.py`, so it works in a project whose modules have the same names.
"""

from pytest_aemulator.author import Author, NotProcessed, Rendition
from pytest_aemulator.server import Server, ServerDied

__all__ = ["Author", "NotProcessed", "Rendition", "Server", "ServerDied"]
