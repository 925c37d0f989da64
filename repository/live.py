"""The topic `seq` of the live pages: the tree. The mark is the newest change's number."""

from repository.changes import latest_seq as latest
from repository.changes import subscribe

__all__ = ["latest", "subscribe"]
