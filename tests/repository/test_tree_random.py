"""Random operations on the tree, compared with a plain dictionary. Runs on PostgreSQL too (test_postgres.py)."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from repository import changes, tree
from repository.errors import ConstraintViolation, NodeExists, NodeNotFound, ParentNotFound, RepositoryError
from repository.paths import DAM, NodePath

_names = st.sampled_from(["a", "b", "a.b", "a0", "a!", "é", "😀", "jcr:x"])
_values = st.integers(0, 3) | st.sampled_from(["x", "ü"])
BASE = DAM / "random"

pytestmark = pytest.mark.django_db


class TreeMachine(RuleBasedStateMachine):
    """The model: for each path its properties, and for each parent its children in order."""

    paths: Bundle[NodePath] = Bundle("paths")

    def __init__(self) -> None:
        super().__init__()
        self.properties: dict[NodePath, dict[str, Any]] = {}
        self.order: dict[NodePath, list[str]] = {}
        self._transaction = transaction.atomic()
        self._transaction.__enter__()

    @initialize(target=paths)
    def start(self) -> NodePath:
        self._create(BASE)
        return BASE

    @rule(target=paths, parent=paths, name=_names)
    def create(self, parent: NodePath, name: str) -> NodePath:
        self._expect(lambda: self._create(parent / name), self._create_error(parent / name))
        return parent / name

    @rule(path=paths, name=st.sampled_from("pq"), value=_values | st.none())
    def set_property(self, path: NodePath, name: str, value: Any) -> None:
        def act() -> None:
            tree.set_properties(path, {name: value})
            self.properties[path] = {
                key: kept for key, kept in {**self.properties[path], name: value}.items() if kept is not None
            }

        self._expect(act, None if path in self.properties else NodeNotFound)

    @rule(target=paths, source=paths, parent=paths, name=_names)
    def move(self, source: NodePath, parent: NodePath, name: str) -> NodePath:
        target = parent / name
        self._expect(lambda: self._move(source, target), self._transfer_error(source, target, stays=True))
        return target

    @rule(target=paths, source=paths, parent=paths, name=_names)
    def copy(self, source: NodePath, parent: NodePath, name: str) -> NodePath:
        target = parent / name
        if len(self._subtree(source)) < 20:
            self._expect(lambda: self._copy(source, target), self._transfer_error(source, target, stays=False))
        return target

    @rule(path=paths)
    def delete(self, path: NodePath) -> None:
        if path == BASE:
            return
        self._expect(lambda: self._delete(path), None if path in self.properties else NodeNotFound)

    @rule(path=paths, place=st.sampled_from(["first", "last", "0", "1", "7"]))
    def reorder(self, path: NodePath, place: str) -> None:
        if path != BASE:
            self._expect(lambda: self._reorder(path, place), None if path in self.properties else NodeNotFound)

    @invariant()
    def the_tree_is_the_model(self) -> None:
        found = {node.path: node for node in tree.subtree(BASE)}
        assert set(found) == set(self.properties)
        ids = {path: node.id for path, node in found.items()}
        for path, node in found.items():
            assert {name: node.properties[name] for name in "pq" if name in node.properties} == self.properties[path]
            assert node.name == path.name
            assert node.depth == path.depth
            assert path == BASE or node.parent_id == ids[path.parent]
            assert [child.name for child in tree.children(path)] == self.order[path]
            assert tree.count_children(path) == len(self.order[path])

    @invariant()
    def uuids_are_unique(self) -> None:
        uuids = [node.uuid for node in tree.subtree(BASE)]
        assert len(set(uuids)) == len(uuids)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._transaction.__exit__(None, None, None)

    def _expect(self, act: Any, error: type[RepositoryError] | None) -> None:
        seq = changes.latest_seq()
        if error is None:
            act()
            return
        try:
            act()
        except error:
            assert changes.latest_seq() == seq
            return
        raise AssertionError(f"{error.__name__} was expected")

    def _create(self, path: NodePath) -> None:
        tree.create(path, "sling:OrderedFolder")
        self.properties[path] = {}
        self.order[path] = []
        if path != BASE:
            self.order[path.parent].append(path.name)

    def _create_error(self, path: NodePath) -> type[RepositoryError] | None:
        if path in self.properties:
            return NodeExists
        return None if path.parent in self.properties else ParentNotFound

    def _transfer_error(self, source: NodePath, target: NodePath, *, stays: bool) -> type[RepositoryError] | None:
        if source not in self.properties:
            return NodeNotFound
        if source == target and stays:
            return None
        if target in self.properties:
            return NodeExists
        if target.is_under(source):
            return ConstraintViolation
        return None if target.parent in self.properties else ParentNotFound

    def _subtree(self, path: NodePath) -> list[NodePath]:
        return [other for other in self.properties if other == path or other.is_under(path)]

    def _move(self, source: NodePath, target: NodePath) -> None:
        tree.move(source, target)
        if source == target:
            return
        for path in self._subtree(source):
            moved = path.moved(source, target)
            self.properties[moved] = self.properties.pop(path)
            self.order[moved] = self.order.pop(path)
        siblings = self.order[source.parent]
        if source.parent == target.parent:
            siblings[siblings.index(source.name)] = target.name
        else:
            siblings.remove(source.name)
            self.order[target.parent].append(target.name)

    def _copy(self, source: NodePath, target: NodePath) -> None:
        tree.copy(source, target)
        for path in self._subtree(source):
            self.properties[path.moved(source, target)] = dict(self.properties[path])
            self.order[path.moved(source, target)] = list(self.order[path])
        self.order[target.parent].append(target.name)

    def _delete(self, path: NodePath) -> None:
        subtree = self._subtree(path)
        assert tree.delete(path) == len(subtree)
        for deleted in subtree:
            del self.properties[deleted], self.order[deleted]
        self.order[path.parent].remove(path.name)

    def _reorder(self, path: NodePath, place: str) -> None:
        tree.reorder(path, place)
        siblings = self.order[path.parent]
        siblings.remove(path.name)
        index = len(siblings) if place == "last" else 0 if place == "first" else int(place)
        siblings.insert(index, path.name)


TreeMachine.TestCase.settings = settings(
    max_examples=40 if connection.vendor == "sqlite" else 10,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class TestTree(TreeMachine.TestCase):  # type: ignore[misc,valid-type]
    """On the database of the tests; every example is rolled back."""
