"""The XML documents of the Blob REST API. What has a document type is refused: no entities, no external references."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote
from xml.etree import ElementTree as ET

from blobstore.access import ContainerAccess
from blobstore.blobs import Blob
from blobstore.blocks import Block, Kind
from blobstore.clock import http_date
from blobstore.containers import Container
from blobstore.errors import AzureError, Reason
from blobstore.headers import checked_tags
from blobstore.sas import Policy

MAX_POLICIES = 5
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def parsed(body: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_WithoutDoctype())
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except (ET.ParseError, ValueError, LookupError) as err:  # LookupError: an encoding that nobody knows
        raise AzureError(Reason.INVALID_XML_DOCUMENT) from err
    return root


class _WithoutDoctype(ET.TreeBuilder):
    """Without a document type there are no entities. defusedxml would parse in Python, at ten times the cost."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise AzureError(Reason.INVALID_XML_DOCUMENT)


def block_list(body: bytes) -> list[tuple[Kind, str]]:
    """The entries of a Put Block List body, in order."""
    root = parsed(body)
    if root.tag != "BlockList":
        raise AzureError(Reason.INVALID_XML_DOCUMENT)
    try:
        return [(Kind(entry.tag), (entry.text or "").strip()) for entry in root]
    except ValueError as err:
        raise AzureError(Reason.INVALID_XML_DOCUMENT) from err


def tags(body: bytes) -> dict[str, str]:
    root = parsed(body)
    if root.tag != "Tags":
        raise AzureError(Reason.INVALID_XML_DOCUMENT)
    return checked_tags([(tag.findtext("Key") or "", tag.findtext("Value") or "") for tag in root.iter("Tag")])


def policies(body: bytes) -> dict[str, Policy]:
    """Stored access policies by id; an empty body removes them all."""
    if not body:
        return {}
    root = parsed(body)
    if root.tag != "SignedIdentifiers" or len(root) > MAX_POLICIES:
        raise AzureError(Reason.INVALID_XML_DOCUMENT)
    found = {}
    for entry in root:
        number = entry.findtext("Id") or ""
        if not number or len(number) > 64 or number in found:
            raise AzureError(Reason.INVALID_XML_DOCUMENT)
        terms = [(entry.findtext(f"AccessPolicy/{name}") or "").strip() for name in ("Start", "Expiry", "Permission")]
        found[number] = Policy(*terms)
    return found


def policies_document(access: ContainerAccess) -> ET.Element:
    root = ET.Element("SignedIdentifiers")
    for number, policy in access.policies.items():
        entry = ET.SubElement(root, "SignedIdentifier")
        _text(entry, "Id", number)
        terms = ET.SubElement(entry, "AccessPolicy")
        _optional(terms, (("Start", policy.start), ("Expiry", policy.expiry), ("Permission", policy.permissions)))
    return root


def tags_document(values: dict[str, str]) -> ET.Element:
    root = ET.Element("Tags")
    _add_tags(root, values)
    return root


def block_list_document(committed: Iterable[Block] | None, uncommitted: Iterable[Block] | None) -> ET.Element:
    root = ET.Element("BlockList")
    for name, blocks in (("CommittedBlocks", committed), ("UncommittedBlocks", uncommitted)):
        if blocks is None:
            continue
        part = ET.SubElement(root, name)
        for block in blocks:
            entry = ET.SubElement(part, "Block")
            _text(entry, "Name", block.id)
            _text(entry, "Size", str(block.size))
    return root


def enumeration(endpoint: str, container: str | None, asked: Mapping[str, str]) -> ET.Element:
    """The head of a list: what was asked for comes back, where it was given."""
    root = ET.Element("EnumerationResults", {"ServiceEndpoint": endpoint})
    if container is not None:
        root.set("ContainerName", container)
    for name in ("Prefix", "Marker", "MaxResults", "Delimiter"):
        if asked.get(name.lower()):
            _text(root, name, asked[name.lower()])
    return root


def add_container(parent: ET.Element, container: Container, *, with_metadata: bool) -> None:
    entry = ET.SubElement(parent, "Container")
    _text(entry, "Name", container.name)
    properties = ET.SubElement(entry, "Properties")
    _text(properties, "Last-Modified", http_date(container.modified))
    _text(properties, "Etag", container.etag)
    _text(properties, "LeaseStatus", "unlocked")
    _text(properties, "LeaseState", "available")
    _optional(properties, (("PublicAccess", container.public),))
    _text(properties, "HasImmutabilityPolicy", "false")
    _text(properties, "HasLegalHold", "false")
    if with_metadata:
        _add_metadata(entry, container.metadata)


def add_blob(parent: ET.Element, blob: Blob, include: frozenset[str]) -> None:
    entry = ET.SubElement(parent, "Blob")
    _name(entry, blob.name)
    properties = ET.SubElement(entry, "Properties")
    _add_properties(properties, blob)
    if "metadata" in include:
        _add_metadata(entry, blob.attributes.metadata)
    if "tags" in include and blob.attributes.tags:
        _add_tags(ET.SubElement(entry, "Tags"), blob.attributes.tags)


def add_uncommitted(parent: ET.Element, name: str) -> None:
    """A blob that has blocks and was never committed."""
    entry = ET.SubElement(parent, "Blob")
    _name(entry, name)
    properties = ET.SubElement(entry, "Properties")
    _text(properties, "Content-Length", "0")
    _text(properties, "BlobType", "BlockBlob")


def add_prefix(parent: ET.Element, name: str) -> None:
    _name(ET.SubElement(parent, "BlobPrefix"), name)


def _add_properties(properties: ET.Element, blob: Blob) -> None:
    headers = blob.attributes.headers
    _text(properties, "Creation-Time", http_date(blob.created))
    _text(properties, "Last-Modified", http_date(blob.modified))
    _text(properties, "Etag", blob.etag.strip('"'))
    _text(properties, "Content-Length", str(blob.size))
    _text(properties, "Content-Type", headers.get("content-type", "application/octet-stream"))
    for name in ("Content-Encoding", "Content-Language", "Content-MD5", "Cache-Control", "Content-Disposition"):
        _text(properties, name, headers.get(name.lower(), ""))
    _text(properties, "BlobType", "BlockBlob")
    _text(properties, "AccessTier", blob.attributes.tier or "Hot")
    _optional(properties, (("AccessTierInferred", "" if blob.attributes.tier else "true"),))
    _text(properties, "LeaseStatus", "unlocked")
    _text(properties, "LeaseState", "available")
    _text(properties, "ServerEncrypted", "true")
    _optional(properties, (("TagCount", str(len(blob.attributes.tags) or "")),))


def _add_metadata(parent: ET.Element, values: dict[str, str]) -> None:
    element = ET.SubElement(parent, "Metadata")
    for name, value in values.items():
        _text(element, name, value)


def _add_tags(parent: ET.Element, values: dict[str, str]) -> None:
    tag_set = ET.SubElement(parent, "TagSet")
    for name, value in values.items():
        tag = ET.SubElement(tag_set, "Tag")
        _text(tag, "Key", name)
        _text(tag, "Value", value)


def _name(parent: ET.Element, name: str) -> None:
    """Characters that XML has no way to write make Azure percent-encode the whole name and say so."""
    if _NOT_IN_XML.search(name):
        ET.SubElement(parent, "Name", {"Encoded": "true"}).text = quote(name)
    else:
        _text(parent, "Name", name)


def _optional(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> None:
    for name, value in pairs:
        if value:
            _text(parent, name, value)


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value
