"""The node types of AEM's assets and what each allows below it. Pure.

Source: the registry that AEM's package validator ships (`contract/repository.md` section 4 of the wire contract).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from repository.errors import ConstraintViolation
from repository.texts import _

UNSTRUCTURED: Final = "nt:unstructured"


@dataclass(frozen=True)
class NodeType:
    """`child_types` are the types that children must have (none: any); `default_child` the type of one made without."""

    name: str
    supertypes: tuple[str, ...] = ()
    ordered: bool = False
    free_properties: bool = True
    properties: frozenset[str] = frozenset()
    child_types: tuple[str, ...] = ()
    default_child: str | None = None
    named_children: Mapping[str, str] = field(default_factory=dict)
    created: bool = False
    leaf: bool = False


_RESOURCE: Final = frozenset({"jcr:data", "jcr:mimeType", "jcr:encoding", "jcr:lastModified", "jcr:lastModifiedBy"})

_TYPES: Final = {
    declared.name: declared
    for declared in (
        NodeType(UNSTRUCTURED, ordered=True, default_child=UNSTRUCTURED),
        NodeType("oak:Unstructured", default_child="oak:Unstructured"),
        NodeType("nt:hierarchyNode", created=True),
        NodeType(
            "nt:folder",
            ("nt:hierarchyNode",),
            free_properties=False,
            child_types=("nt:hierarchyNode",),
            default_child="nt:folder",
            created=True,
        ),
        NodeType("sling:Folder", ("nt:folder",), default_child="sling:Folder", created=True),
        NodeType(
            "sling:OrderedFolder", ("sling:Folder",), ordered=True, default_child="sling:OrderedFolder", created=True
        ),
        NodeType(
            "nt:file",
            ("nt:hierarchyNode",),
            free_properties=False,
            named_children={"jcr:content": "oak:Resource"},
            default_child=None,
            created=True,
        ),
        NodeType("oak:Resource", free_properties=False, properties=_RESOURCE, default_child=UNSTRUCTURED),
        NodeType("nt:resource", free_properties=False, properties=_RESOURCE, default_child=UNSTRUCTURED),
        NodeType(
            "dam:Asset",
            ("nt:hierarchyNode",),
            free_properties=False,
            named_children={"jcr:content": "dam:AssetContent"},
            default_child=UNSTRUCTURED,
            created=True,
        ),
        NodeType(
            "dam:AssetContent",
            (UNSTRUCTURED,),
            ordered=True,
            named_children={"metadata": UNSTRUCTURED, "related": UNSTRUCTURED, "renditions": "nt:folder"},
            default_child=UNSTRUCTURED,
        ),
        NodeType(
            "cq:Page",
            ("nt:hierarchyNode",),
            ordered=True,
            named_children={"jcr:content": UNSTRUCTURED},
            default_child="cq:Page",
            free_properties=False,
            created=True,
        ),
        NodeType("cq:PageContent", (UNSTRUCTURED,), ordered=True, default_child=UNSTRUCTURED),
        NodeType("rep:root", (UNSTRUCTURED,), ordered=True, default_child=UNSTRUCTURED),
        NodeType("rep:system", default_child="nt:unstructured"),
        NodeType("rep:versionStorage", default_child="rep:versionStorage"),
        NodeType("nt:versionHistory", default_child="nt:version"),
        NodeType("nt:versionLabels", leaf=True),
        NodeType("nt:version", named_children={"jcr:frozenNode": "nt:frozenNode"}, created=True),
        NodeType("nt:frozenNode", ordered=True, default_child="nt:frozenNode"),
    )
}
MIXINS: Final = frozenset(
    {"mix:created", "mix:etag", "mix:language", "mix:lastModified", "mix:lockable", "mix:mimeType", "mix:referenceable"}
    | {"mix:simpleVersionable", "mix:title", "mix:versionable"}
    | {
        "cq:Taggable",
        "dam:Metadata",
        "dam:Thumbnails",
        "sling:Resource",
        "sling:ResourceSuperType",
        "cq:LiveRelationship",
    }
)
_MIXIN_PROPERTIES: Final = {
    "mix:title": {"jcr:title", "jcr:description"},
    "mix:language": {"jcr:language"},
    "mix:lastModified": {"jcr:lastModified", "jcr:lastModifiedBy"},
    "mix:mimeType": {"jcr:mimeType", "jcr:encoding"},
    "cq:Taggable": {"cq:tags"},
    "sling:Resource": {"sling:resourceType"},
}
FOLDER_TYPES: Final = ("sling:Folder", "sling:OrderedFolder", "nt:folder")
# What the repository itself keeps; a client that writes one gets a ConstraintViolation.
PROTECTED: Final = frozenset(
    {"jcr:uuid", "jcr:created", "jcr:createdBy"}
    | {"jcr:baseVersion", "jcr:versionHistory", "jcr:predecessors", "jcr:isCheckedOut"},
)


def declared(name: str) -> NodeType:
    found = _TYPES.get(name)
    if found is None:
        raise ConstraintViolation(_("There is no node type %(name)s"), name=name)
    return found


def is_type(name: str, expected: str) -> bool:
    """Whether `name` is `expected` or a subtype of it; False for a type that nobody declared."""
    if name == expected:
        return True
    known = _TYPES.get(name)
    return known is not None and any(is_type(supertype, expected) for supertype in known.supertypes)


def subtypes(name: str) -> list[str]:
    """`name` and everything that is one, for queries by type."""
    return [known for known in _TYPES if is_type(known, name)] or [name]


def is_folder(name: str) -> bool:
    return name in FOLDER_TYPES


def child_type(parent_type: str, child_name: str) -> str:
    """The type of a child that is created without one."""
    parent = declared(parent_type)
    chosen = parent.named_children.get(child_name) or parent.default_child
    if child_name == "jcr:content" and is_folder(parent_type):
        chosen = UNSTRUCTURED
    if chosen is None or parent.leaf:
        raise ConstraintViolation(
            _("A %(parent_type)s cannot have a child %(child_name)s without a type"),
            parent_type=parent_type,
            child_name=child_name,
        )
    return chosen


def check_child(parent_type: str, child_name: str, type_name: str) -> None:
    """Whether a `parent_type` may have a child of this name and type."""
    parent = declared(parent_type)
    declared(type_name)
    expected = parent.named_children.get(child_name)
    if parent.leaf or (parent.name == "nt:file" and child_name != "jcr:content"):
        raise ConstraintViolation(
            _("A %(parent_type)s cannot have a child %(child_name)s"), parent_type=parent_type, child_name=child_name
        )
    if expected and expected not in {UNSTRUCTURED, "oak:Resource"} and not is_type(type_name, expected):
        raise ConstraintViolation(
            _("%(child_name)s of a %(parent_type)s must be a %(expected)s, not a %(type_name)s"),
            child_name=child_name,
            parent_type=parent_type,
            expected=expected,
            type_name=type_name,
        )
    if parent.child_types and not any(is_type(type_name, allowed) for allowed in parent.child_types):
        raise ConstraintViolation(
            _("A %(parent_type)s cannot have a child of type %(type_name)s"),
            parent_type=parent_type,
            type_name=type_name,
        )


def check_properties(type_name: str, mixins: Iterable[str], names: Iterable[str]) -> None:
    """Whether a node of these types may have properties of these names."""
    node_type = declared(type_name)
    if node_type.free_properties:
        return
    allowed = node_type.properties.union(*(_MIXIN_PROPERTIES.get(mixin, set()) for mixin in mixins))
    for name in names:
        if name not in allowed and name not in PROTECTED:
            raise ConstraintViolation(
                _("A %(type_name)s cannot have the property %(name)s"), type_name=type_name, name=name
            )


def check_mixins(mixins: Iterable[str]) -> None:
    for mixin in mixins:
        if mixin not in MIXINS:
            raise ConstraintViolation(_("There is no mixin type %(mixin)s"), mixin=mixin)


def default_mixins(type_name: str) -> tuple[str, ...]:
    """Assets are referenceable from the start; folders carry a uuid too, but AEM shows no mixin there."""
    return ("mix:referenceable",) if type_name == "dam:Asset" else ()


def has_uuid(type_name: str, mixins: Iterable[str]) -> bool:
    """Whether the repository gives such a node an identifier of its own."""
    referenceable = {"mix:referenceable", "mix:versionable"}
    return is_folder(type_name) or type_name == "nt:resource" or not referenceable.isdisjoint(mixins)
