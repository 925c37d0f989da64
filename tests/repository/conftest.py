"""Fixtures of the repository's tests."""

from collections.abc import Iterator

import pytest

from repository import tree
from repository.paths import DAM, NodePath


@pytest.fixture
def folder(db: None) -> Iterator[NodePath]:
    """An empty folder below /content/dam, in the database of the test process."""
    path = DAM / "test"
    tree.create(path, "sling:Folder")
    return path
