"""Fixtures of the tests of the pages."""

import pytest

from repository import tree
from repository.paths import DAM, NodePath


@pytest.fixture
def folder(db: None) -> NodePath:
    """An empty folder below /content/dam, in the database of the test process."""
    return tree.create(DAM / "pages", "sling:Folder").path
