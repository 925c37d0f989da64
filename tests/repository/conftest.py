"""Fixtures of the repository's tests."""

import uuid

import pytest

from repository import assets, tree
from repository.assets import Upload
from repository.paths import DAM, NodePath
from repository.tree import TreeNode


@pytest.fixture
def folder(db: None) -> NodePath:
    """An empty folder below /content/dam, in the database of the test process."""
    return tree.create(DAM / "test", "sling:Folder").path


@pytest.fixture
def asset(folder: NodePath) -> TreeNode:
    """A JPEG of 1000 bytes that waits to be processed. There is no blob behind it."""
    return assets.store(folder / "a.jpg", new_upload(), user="jane")


def new_upload(size: int = 1000, mime_type: str = "image/jpeg") -> Upload:
    return Upload("aem-assets", f"originals/{uuid.uuid4().hex}", size, mime_type)
