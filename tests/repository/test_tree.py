"""The content tree: what can be read after what was written. Runs on PostgreSQL too (test_postgres.py)."""

from typing import get_args

import pytest

from repository import binary_rows, changes, nodetypes, tree, values
from repository.errors import ConstraintViolation, InvalidPath, NodeExists, NodeNotFound, ParentNotFound
from repository.models import Binary, BlobDeletion, Node
from repository.paths import DAM, ROOT, NodePath
from repository.tree import NodeSpec
from repository.tree.reading import Order

pytestmark = pytest.mark.django_db


def names(path: NodePath, **options: object) -> list[str]:
    return [node.name for node in tree.children(path, **options)]  # type: ignore[arg-type]


@pytest.fixture
def letters(folder: NodePath) -> NodePath:
    """An ordered folder with the children d, a, c, b, in this order."""
    path = folder / "letters"
    tree.create(path, "sling:OrderedFolder", children={name: NodeSpec("nt:unstructured") for name in "dacb"})
    return path


def test_the_roots_are_always_there() -> None:
    tree.ensure_roots()
    for path in tree.ROOTS:
        assert tree.get(path).path == path
    assert tree.get(ROOT).parent_id is None


def test_a_node_reads_back_as_it_was_made(folder: NodePath) -> None:
    properties: values.Properties = {"jcr:title": "Ü 😀", "n": 7, "b": True, "d": values.double(1.0), "empty": []}
    made = tree.create(folder / "x", "sling:OrderedFolder", properties, user="jane")
    read = tree.get(folder / "x")
    assert read == made
    assert read.properties.items() >= properties.items()
    assert read.text("jcr:createdBy") == "jane"
    assert values.type_of(read.properties["jcr:created"]) == "Date"
    assert (read.name, read.depth, read.primary_type) == ("x", folder.depth + 1, "sling:OrderedFolder")
    assert read.uuid
    assert tree.by_uuid(read.uuid) == read


def test_all_properties_have_the_types_too(folder: NodePath) -> None:
    node = tree.create(folder / "x", "nt:unstructured", {"a": "b"}, mixins=("mix:referenceable",))
    assert node.all_properties["jcr:primaryType"] == values.name("nt:unstructured")
    assert node.all_properties["jcr:uuid"] == node.uuid
    assert node.all_properties["jcr:mixinTypes"] == {"$type": "Name", "$value": ["mix:referenceable"]}


def test_a_binary_is_read_with_its_node(folder: NodePath) -> None:
    binary_id = binary_rows.add("c", "blob", 12, "image/png", "ab")
    resource = NodeSpec("oak:Resource", {"jcr:mimeType": "image/png"}, binary_id=binary_id)
    tree.create(folder / "f", "nt:file", children={"jcr:content": resource})
    read = tree.get(folder / "f/jcr:content")
    assert read.binary == tree.BinaryRef(binary_id, "c", "blob", 12, "image/png", "ab")
    assert read.all_properties["jcr:data"] == {"$type": "Binary", "$value": 12}


def test_children_take_the_default_type_of_their_parent(folder: NodePath) -> None:
    assert tree.create(folder / "x").primary_type == "sling:Folder"
    assert tree.create(folder / "jcr:content").primary_type == "nt:unstructured"


@pytest.mark.parametrize(
    ("name", "primary_type", "properties"),
    [
        ("x", "my:Type", {}),
        ("x", "nt:folder", {"free": "1"}),
        ("x", "dam:Asset", {"free": "1"}),
    ],
)
def test_what_node_types_refuse_is_not_made(
    folder: NodePath, name: str, primary_type: str, properties: values.Properties
) -> None:
    with pytest.raises(ConstraintViolation):
        tree.create(folder / name, primary_type, properties)
    assert not tree.exists(folder / name)


def test_a_path_is_taken_once(folder: NodePath) -> None:
    tree.create(folder / "é")
    with pytest.raises(NodeExists):
        tree.create(folder / "e\u0301")


def test_a_parent_must_exist(folder: NodePath) -> None:
    with pytest.raises(ParentNotFound):
        tree.create(folder / "missing/x")


def test_names_that_differ_in_case_are_different(folder: NodePath) -> None:
    tree.create(folder / "a")
    tree.create(folder / "A")
    assert names(folder, order="name") == ["A", "a"]


def test_children_in_every_order(letters: NodePath) -> None:
    assert names(letters) == ["d", "a", "c", "b"]
    assert names(letters, order="-position") == ["b", "c", "a", "d"]
    assert names(letters, order="name") == ["a", "b", "c", "d"]
    assert names(letters, order="-name") == ["d", "c", "b", "a"]


@pytest.mark.parametrize("order", get_args(Order))
def test_pages_by_key_and_by_offset_are_the_whole(letters: NodePath, order: Order) -> None:
    whole = names(letters, order=order)
    assert names(letters, order=order, offset=1, limit=2) == whole[1:3]
    assert names(letters, order=order, offset=3) == whole[3:]
    assert names(letters, order=order, after=whole[1], limit=2) == whole[2:]
    assert names(letters, order=order, after=whole[3]) == []


def test_children_of_some_types_only(letters: NodePath) -> None:
    tree.create(letters / "folder")
    assert names(letters, types=nodetypes.subtypes("sling:Folder")) == ["folder"]
    assert tree.count_children(letters) == 5
    assert tree.count_children(letters, types=["nt:unstructured"]) == 4


def test_a_missing_node_has_no_children_and_no_subtree(folder: NodePath) -> None:
    assert tree.children(folder / "x") == []
    assert tree.count_children(folder / "x") == 0
    assert tree.subtree(folder / "x") == []
    assert tree.find(folder / "x") is None
    with pytest.raises(NodeNotFound):
        tree.get(folder / "x")


def test_a_subtree_has_parents_first_and_siblings_in_order(letters: NodePath) -> None:
    tree.create(letters / "c/z")
    tree.create(letters / "c/y")
    tree.create(letters.parent / "letters2")
    whole = [node.path.relative_to(letters) for node in tree.subtree(letters)]
    assert whole == ["", "d", "a", "c", "b", "c/z", "c/y"]
    assert len(tree.subtree(letters, depth=0)) == 1
    assert len(tree.subtree(letters, depth=1)) == 5
    assert len(tree.subtree(letters, limit=3)) == 3


def test_many_nodes_at_once(letters: NodePath) -> None:
    found = tree.get_many([letters / "a", letters / "missing", letters / "b"])
    assert set(found) == {letters / "a", letters / "b"}
    assert tree.get_many([]) == {}


def test_the_longest_existing_candidate(letters: NodePath) -> None:
    found = tree.longest_existing([letters, letters / "a", letters / "a.json"])
    assert found
    assert found.path == letters / "a"
    assert tree.longest_existing([letters / "x"]) is None


def test_properties_are_merged_and_removed(folder: NodePath) -> None:
    tree.create(folder / "x", properties={"a": "1", "b": "2"})
    changed = tree.set_properties(folder / "x", {"b": None, "c": 3, "missing": None})
    assert changed == tree.get(folder / "x")
    assert {"a", "c"} <= set(changed.properties)
    assert "b" not in changed.properties


@pytest.mark.parametrize("name", ["jcr:uuid", "jcr:created", "jcr:primaryType", "jcr:mixinTypes", "jcr:data"])
def test_protected_properties_are_refused(folder: NodePath, name: str) -> None:
    with pytest.raises(ConstraintViolation):
        tree.set_properties(folder, {name: "x"})
    with pytest.raises(ConstraintViolation):
        tree.set_properties(folder, {name: None})


def test_mixins_come_and_go(folder: NodePath) -> None:
    path = tree.create(folder / "x", "nt:unstructured").path
    assert tree.get(path).uuid is None
    tree.add_mixin(path, "mix:referenceable")
    tree.add_mixin(path, "mix:referenceable")
    tree.add_mixin(path, "cq:Taggable")
    assert tree.get(path).mixins == ("mix:referenceable", "cq:Taggable")
    assert tree.get(path).uuid
    tree.remove_mixin(path, "mix:referenceable")
    assert tree.get(path).mixins == ("cq:Taggable",)
    with pytest.raises(ConstraintViolation):
        tree.add_mixin(path, "my:Mixin")


def test_a_move_takes_everything_below_along(letters: NodePath) -> None:
    tree.create(letters / "c/z", properties={"p": "1"})
    sibling = tree.create(letters.parent / "letters2").path
    uuid = tree.get(letters).uuid
    target = letters.parent / "Größe 😀"
    moved = tree.move(letters, target)
    assert moved.path == target
    assert moved.uuid == uuid
    assert tree.get(target / "c/z").text("p") == "1"
    assert names(target) == ["d", "a", "c", "b"]
    assert [node.depth for node in tree.subtree(target)] == [4, 5, 5, 5, 5, 6]
    assert not tree.exists(letters)
    assert not tree.exists(letters / "c/z")
    assert tree.exists(sibling)


def test_a_rename_keeps_the_place_and_a_move_goes_last(letters: NodePath) -> None:
    tree.move(letters / "a", letters / "renamed")
    assert names(letters) == ["d", "renamed", "c", "b"]
    tree.move(letters / "d", letters.parent / "d")
    tree.move(letters.parent / "d", letters / "d")
    assert names(letters) == ["renamed", "c", "b", "d"]


def test_moves_that_cannot_be(letters: NodePath) -> None:
    with pytest.raises(ConstraintViolation):
        tree.move(letters, letters / "a/x")
    with pytest.raises(NodeExists):
        tree.move(letters / "a", letters / "b")
    with pytest.raises(NodeNotFound):
        tree.move(letters / "x", letters / "y")
    with pytest.raises(ParentNotFound):
        tree.move(letters / "a", letters / "x/y")
    with pytest.raises(ConstraintViolation):
        tree.move(DAM, letters / "dam")
    assert tree.move(letters, letters).path == letters


def test_no_move_or_copy_makes_a_path_too_long(folder: NodePath) -> None:
    deep = folder
    for _ in range(7):
        deep = tree.create(deep / ("é" * 130)).path
    wide = tree.create(tree.create(folder / ("x" * 255)).path / ("y" * 255)).path
    first = folder / ("é" * 130)
    for operation in (tree.move, tree.copy):
        with pytest.raises(InvalidPath):
            operation(first, wide / "z")
    assert tree.exists(deep)


def test_a_copy_has_uuids_of_its_own_and_shares_binaries(folder: NodePath) -> None:
    binary_id = binary_rows.add("c", "shared", 1, "image/png")
    file = NodeSpec("nt:file", children={"jcr:content": NodeSpec("oak:Resource", binary_id=binary_id)})
    tree.create(folder / "a", "sling:OrderedFolder", {"p": "1"}, children={"f": file, "e": NodeSpec()}, user="jane")
    copied = tree.copy(folder / "a", folder / "b", user="joe")
    assert copied.text("p") == "1"
    assert copied.text("jcr:createdBy") == "joe"
    assert copied.uuid != tree.get(folder / "a").uuid
    assert names(folder / "b") == ["f", "e"]
    assert tree.get(folder / "b/f/jcr:content").binary == tree.get(folder / "a/f/jcr:content").binary
    assert Node.objects.get(path=folder / "b/f").parent_id == copied.id


def test_blobs_go_with_the_last_node_that_shares_them(folder: NodePath) -> None:
    binary_id = binary_rows.add("c", "shared", 1, "image/png")
    file = NodeSpec("nt:file", children={"jcr:content": NodeSpec("oak:Resource", binary_id=binary_id)})
    tree.create(folder / "a", "nt:folder", children={"f": file})
    tree.copy(folder / "a", folder / "b")
    tree.delete(folder / "a")
    assert Binary.objects.filter(id=binary_id).exists()
    assert not BlobDeletion.objects.exists()
    tree.delete(folder / "b")
    assert not Binary.objects.filter(id=binary_id).exists()
    assert BlobDeletion.objects.get().blob == "shared"


def test_delete_takes_exactly_the_subtree(letters: NodePath) -> None:
    tree.create(letters / "c/z")
    for name in ("letters!", "letters.x", "letters0", "lett"):
        tree.create(letters.parent / name)
    assert tree.delete(letters) == 6
    assert names(letters.parent, order="name") == ["lett", "letters!", "letters.x", "letters0"]
    with pytest.raises(NodeNotFound):
        tree.delete(letters)


@pytest.mark.parametrize("path", [ROOT, DAM])
def test_roots_cannot_be_deleted(path: NodePath) -> None:
    with pytest.raises(ConstraintViolation):
        tree.delete(path)


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("b", "first", "bdac"),
        ("d", "last", "acbd"),
        ("b", "before a", "dbac"),
        ("d", "after c", "acdb"),
        ("d", "after b", "acbd"),
        ("a", "before a", "dacb"),
        ("b", "0", "bdac"),
        ("d", "1", "adcb"),
        ("d", "2", "acdb"),
        ("a", "99", "dcba"),
    ],
)
def test_reorder(letters: NodePath, name: str, place: str, expected: str) -> None:
    tree.reorder(letters / name, place)
    assert "".join(names(letters)) == expected


@pytest.mark.parametrize("place", ["", "before", "before x", "middle", "-1", "²"])
def test_places_that_are_none(letters: NodePath, place: str) -> None:
    with pytest.raises(ConstraintViolation):
        tree.reorder(letters / "a", place)


def test_unordered_folders_have_no_order(folder: NodePath) -> None:
    tree.create(folder / "a")
    with pytest.raises(ConstraintViolation):
        tree.reorder(folder / "a", "first")


def test_reordering_again_and_again_renumbers(letters: NodePath) -> None:
    for _ in range(30):
        tree.reorder(letters / "b", "before c")
        tree.reorder(letters / "a", "before c")
    assert "".join(names(letters)) == "dbac"


def test_replacing_children(letters: NodePath) -> None:
    tree.create(letters / "a/below")
    parent = tree.get(letters)
    tree.replace_children(parent, {"a": NodeSpec("nt:unstructured", {"new": True}), "c": None}, changed=letters.parent)
    assert names(letters) == ["d", "b", "a"]
    assert tree.get(letters / "a").properties == {"new": True}
    assert not tree.exists(letters / "a/below")
    assert changes.since(0)[-1].path == letters.parent


def test_several_writes_are_one_when_nested(folder: NodePath) -> None:
    before = changes.latest_seq()

    def fail() -> None:
        with tree.writing():
            tree.create(folder / "a")
            tree.create(folder / "a")

    with pytest.raises(NodeExists):
        fail()
    assert not tree.exists(folder / "a")
    assert changes.latest_seq() == before
