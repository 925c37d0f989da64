"""What node types allow."""

import pytest

from repository import nodetypes
from repository.errors import ConstraintViolation


def test_ordered_folders_are_folders() -> None:
    assert nodetypes.is_type("sling:OrderedFolder", "sling:Folder")
    assert nodetypes.is_type("sling:OrderedFolder", "nt:hierarchyNode")
    assert set(nodetypes.subtypes("sling:Folder")) == {"sling:Folder", "sling:OrderedFolder"}
    assert not nodetypes.is_type("dam:Asset", "nt:folder")
    assert not nodetypes.is_type("my:Type", "nt:folder")


@pytest.mark.parametrize(
    ("parent", "name", "child"),
    [
        ("sling:Folder", "x", "sling:Folder"),
        ("sling:OrderedFolder", "x", "sling:OrderedFolder"),
        ("sling:Folder", "jcr:content", "nt:unstructured"),
        ("dam:Asset", "jcr:content", "dam:AssetContent"),
        ("dam:AssetContent", "renditions", "nt:folder"),
        ("dam:AssetContent", "metadata", "nt:unstructured"),
        ("dam:AssetContent", "other", "nt:unstructured"),
        ("nt:file", "jcr:content", "oak:Resource"),
        ("nt:unstructured", "x", "nt:unstructured"),
    ],
)
def test_the_type_of_a_child_that_names_none(parent: str, name: str, child: str) -> None:
    assert nodetypes.child_type(parent, name) == child
    nodetypes.check_child(parent, name, child)


@pytest.mark.parametrize(
    ("parent", "name", "child"),
    [
        ("nt:folder", "x", "nt:unstructured"),
        ("dam:Asset", "jcr:content", "nt:unstructured"),
        ("dam:AssetContent", "renditions", "nt:unstructured"),
        ("nt:file", "other", "nt:unstructured"),
        ("sling:Folder", "x", "my:Type"),
    ],
)
def test_children_that_a_type_refuses(parent: str, name: str, child: str) -> None:
    with pytest.raises(ConstraintViolation):
        nodetypes.check_child(parent, name, child)


def test_properties_that_a_type_refuses() -> None:
    nodetypes.check_properties("nt:unstructured", (), ["anything"])
    nodetypes.check_properties("sling:Folder", (), ["anything"])
    nodetypes.check_properties("nt:folder", ("mix:title",), ["jcr:title"])
    for type_name in ("dam:Asset", "nt:folder", "nt:file", "oak:Resource"):
        with pytest.raises(ConstraintViolation):
            nodetypes.check_properties(type_name, (), ["anything"])


def test_unknown_types_and_mixins_are_refused() -> None:
    with pytest.raises(ConstraintViolation):
        nodetypes.declared("my:Type")
    with pytest.raises(ConstraintViolation):
        nodetypes.check_mixins(["my:Mixin"])
