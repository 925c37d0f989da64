"""The operation without a name: create the resource if need be, then do what the form says, in Sling's order.

Types first, then moves, copies, deletes, values and files, `:order` last. All of it happens, or nothing.
Source: sling-org-apache-sling-servlets-post, ModifyOperation.
"""

from collections.abc import Mapping

from django.utils import timezone

from repository import nodetypes, tree, values
from repository.errors import ConstraintViolation, InvalidPath
from repository.paths import NodePath
from repository.sling import files
from repository.sling.form import ANY_NAME, Item
from repository.sling.outcome import Outcome
from repository.sling.written_values import written
from repository.stored_files import StoredFile
from repository.texts import _
from repository.tree import TreeNode
from repository.values import Value

_TYPE, _MIXINS = "jcr:primaryType", "jcr:mixinTypes"
_CREATED = frozenset({"created", "jcr:created"})
_CREATED_BY = frozenset({"createdBy", "jcr:createdBy"})
_MODIFIED = frozenset({"lastModified", "jcr:lastModified"})
_MODIFIED_BY = frozenset({"lastModifiedBy", "jcr:lastModifiedBy"})
_AUTOMATIC = _CREATED | _CREATED_BY | _MODIFIED | _MODIFIED_BY


class Modification:
    """One POST. `stored` has the form's files by `id()`."""

    def __init__(
        self, items: Mapping[str, Item], stored: Mapping[int, StoredFile], outcome: Outcome, user: str
    ) -> None:
        self._items = items
        self._stored = stored
        self._outcome = outcome
        self._user = user
        self._made: set[NodePath] = set()

    def run(self) -> None:
        """Within `tree.writing`."""
        path = self._outcome.path
        if tree.exists(path):
            self._set_types(path)
        else:
            self._ensure(path)
            self._outcome.created = True
        for step in (self._move, self._copy, self._delete, self._write):
            for item in self._items.values():
                step(item)

    def _ensure(self, path: NodePath) -> TreeNode:
        """The node, made with all its missing ancestors, each with the types that the form gives it."""
        node = tree.find(path)
        if node is None:
            self._ensure(path.parent)
            node = tree.create(path, self._primary_type(path), mixins=self._mixins(path) or (), user=self._user)
            self._made.add(path)
            self._outcome.add("created", path)
        return node

    def _primary_type(self, path: NodePath) -> str | None:
        item = self._items.get(f"{path.removesuffix('/')}/{_TYPE}")
        return next(iter(item.texts() or ()), None) if item and item.writes else None

    def _mixins(self, path: NodePath) -> tuple[str, ...] | None:
        item = self._items.get(f"{path.removesuffix('/')}/{_MIXINS}")
        return tuple(filter(None, item.texts() or ())) if item and item.writes else None

    def _set_types(self, path: NodePath) -> None:
        """Of a node that was there already."""
        primary_type, mixins = self._primary_type(path), self._mixins(path)
        node = tree.get(path)
        if primary_type and primary_type != node.primary_type:
            raise ConstraintViolation(
                _("%(path)s is a %(primary_type)s, and stays one"), path=path, primary_type=node.primary_type
            )
        if mixins is not None:
            self._set_mixins(node, mixins)

    def _set_mixins(self, node: TreeNode, mixins: tuple[str, ...]) -> None:
        for mixin in mixins:
            tree.add_mixin(node.path, mixin)
        for mixin in set(node.mixins).difference(mixins):
            tree.remove_mixin(node.path, mixin)

    def _move(self, item: Item) -> None:
        if item.move_from:
            self._bring(item, NodePath(item.move_from), keep=False)

    def _copy(self, item: Item) -> None:
        if item.copy_from:
            self._bring(item, NodePath(item.copy_from), keep=True)

    def _bring(self, item: Item, source: NodePath, *, keep: bool) -> None:
        """From another place: a node, or else a property. A source that is not there is passed over, as in Sling."""
        node = tree.find(source)
        if node is None and not self._bring_property(item, source, keep=keep):
            return
        if node is not None:
            self._bring_node(item, source, keep=keep)
        item.delete = False
        self._outcome.add("copied" if keep else "moved", source, item.path)

    def _bring_node(self, item: Item, source: NodePath, *, keep: bool) -> None:
        if tree.exists(item.path):
            tree.delete(item.path)
            self._outcome.add("deleted", item.path)
        self._ensure(item.parent)
        if keep:
            tree.copy(source, item.path, self._user)
        else:
            tree.move(source, item.path)

    def _bring_property(self, item: Item, source: NodePath, *, keep: bool) -> bool:
        holder = tree.find(source.parent)
        value = holder.properties.get(source.name) if holder else None
        if value is None:
            return False
        self._ensure(item.parent)
        tree.set_properties(item.parent, {item.name: value})
        if not keep:
            tree.set_properties(source.parent, {source.name: None})
        return True

    def _delete(self, item: Item) -> None:
        parent = tree.find(item.parent) if item.delete else None
        if parent is None:
            return
        if item.name == _MIXINS:
            self._set_mixins(parent, ())
        elif item.name in parent.properties:
            tree.set_properties(item.parent, {item.name: None})
        elif tree.exists(item.path):
            tree.delete(item.path)
        self._outcome.add("deleted", item.path)

    def _write(self, item: Item) -> None:
        for file in item.files:
            if id(file) in self._stored:  # an empty one, as a browser sends for a field left alone, was not stored
                self._write_file(item, self._stored[id(file)])
        if not item.writes:
            return
        node = self._ensure(item.parent)
        if item.name in {_TYPE, _MIXINS}:
            if item.parent != self._outcome.path and item.parent not in self._made:
                self._set_types(item.parent)
        else:
            self._write_texts(node, item)

    def _write_file(self, item: Item, file: StoredFile) -> None:
        name = file.name if item.name == ANY_NAME else item.name
        if not name:
            raise InvalidPath(_("A file without a name cannot become a node"))
        self._ensure(item.parent)
        path = item.parent / name
        files.write(path, file, self._user)
        self._outcome.add("modified", path / "jcr:content/jcr:data")

    def _write_texts(self, node: TreeNode, item: Item) -> None:
        texts = item.texts()
        if item.name in _AUTOMATIC and texts is not None and not any(texts):
            self._store(node, item, self._automatic(node, item.name))
        elif texts is None or texts == [""]:
            self._remove(node, item)
        elif not texts:
            self._clear(node, item)
        else:
            self._store(node, item, written(item, texts, node.properties.get(item.name)))

    def _automatic(self, node: TreeNode, name: str) -> Value | None:
        """An empty `jcr:lastModified` means now; an empty `jcr:created` too, for a node just made."""
        is_creation = name in _CREATED | _CREATED_BY
        if is_creation and (node.path not in self._made or name in node.properties):
            return None
        return values.date(timezone.now()) if name in _CREATED | _MODIFIED else self._user

    def _store(self, node: TreeNode, item: Item, value: Value | None) -> None:
        if value is None:
            return
        # What the repository keeps itself on hierarchy nodes is an ordinary property elsewhere.
        free = item.name in nodetypes.PROTECTED and not nodetypes.declared(node.primary_type).created
        tree.set_properties(node.path, {item.name: value}, system=free and item.name in _AUTOMATIC)
        self._outcome.add("modified", item.path)

    def _remove(self, node: TreeNode, item: Item) -> None:
        if item.name in node.properties:
            tree.set_properties(node.path, {item.name: None})
            self._outcome.add("deleted", item.path)

    def _clear(self, node: TreeNode, item: Item) -> None:
        """Ignored blanks: several values go, one becomes empty."""
        old = node.properties.get(item.name)
        if old is None:
            return
        if values.is_multiple(old):
            self._remove(node, item)
        else:
            self._store(node, item, "")
