"""The metadata rendition made properties."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository import metadata, values
from repository.errors import MetadataError
from repository.metadata import MAX_PROPERTIES, MAX_TEXT, Metadata
from repository.tree.node import stored

HEAD = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:dam="http://www.day.com/dam/1.0" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
    ' xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" xmlns:my="http://example.com/my/"'
    ' xmlns:jcr="http://www.jcp.org/jcr/1.0">'
)

GERMAN = '<rdf:li xml:lang="de">T</rdf:li>'
DEFAULT = '<rdf:li xml:lang="x-default">D</rdf:li>'


def parse(body: str, attributes: str = "") -> Metadata:
    xml = f"{HEAD}<rdf:Description rdf:about=''{attributes}>{body}</rdf:Description></rdf:RDF>"
    return metadata.parse(xml.encode())


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ("<dc:format>image/png</dc:format>", "dc:format", "image/png"),
        ("<dam:size> 12 </dam:size>", "dam:size", 12),
        ("<dam:size>many</dam:size>", "dam:size", "many"),
        ("<tiff:ImageWidth>7</tiff:ImageWidth>", "tiff:ImageWidth", 7),
        ("<tiff:imageWidth>7</tiff:imageWidth>", "tiff:ImageWidth", 7),
        (
            "<dam:Physicalwidthininches>11.80</dam:Physicalwidthininches>",
            "dam:Physicalwidthininches",
            {"$type": "Decimal", "$value": "11.80"},
        ),
        (
            "<xmp:CreateDate>2019-02-19T22:04:01+01:00</xmp:CreateDate>",
            "xmp:CreateDate",
            {"$type": "Date", "$value": "2019-02-19T22:04:01.000+01:00"},
        ),
        ("<xmp:CreateDate>last summer</xmp:CreateDate>", "xmp:CreateDate", "last summer"),
        ("<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>", "dc:subject", ["a", "b"]),
        ("<dc:creator><rdf:Seq><rdf:li>a</rdf:li></rdf:Seq></dc:creator>", "dc:creator", ["a"]),
        ("<dc:subject><rdf:Bag/></dc:subject>", "dc:subject", []),
        (f"<dc:title><rdf:Alt>{GERMAN}{DEFAULT}</rdf:Alt></dc:title>", "dc:title", "D"),
        ('<my:page rdf:resource="http://example.com/x"/>', "my:page", "http://example.com/x"),
        ("<my:flag>True</my:flag>", "my:flag", "True"),
        ("<my:empty/>", "my:empty", ""),
    ],
)
def test_kinds_of_properties(body: str, name: str, value: values.Value) -> None:
    assert parse(body).properties == {name: value}


def test_properties_may_be_attributes() -> None:
    assert parse("", ' dc:format="image/png" dam:size="3"').properties == {"dc:format": "image/png", "dam:size": 3}


def test_the_wrapper_may_be_there_or_not() -> None:
    bare = f"{HEAD}<rdf:Description dc:format='a/b'/></rdf:RDF>"
    wrapped = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{bare}</x:xmpmeta>"
    for xml in (bare, wrapped, f"<?xml version='1.0'?>{wrapped}", f"<?xpacket begin=''?>{wrapped}<?xpacket end='w'?>"):
        assert metadata.parse(xml.encode()).properties == {"dc:format": "a/b"}


def test_several_descriptions_are_one() -> None:
    xml = f"{HEAD}<rdf:Description dc:format='a/b'/><rdf:Description><my:x>1</my:x></rdf:Description></rdf:RDF>"
    assert metadata.parse(xml.encode()).properties == {"dc:format": "a/b", "my:x": "1"}


def test_structures_become_nodes() -> None:
    event = '<rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action></rdf:li>'
    history = f'<xmpMM:History><rdf:Seq>{event}<rdf:li stEvt:action="cropped"/></rdf:Seq></xmpMM:History>'
    single = "<my:place><rdf:Description><my:city>Bern</my:city></rdf:Description></my:place>"
    children = parse(history + single).children
    assert children["my:place"].properties == {"my:city": "Bern"}
    assert {name: node.properties for name, node in children["xmpMM:History"].children.items()} == {
        "1": {"stEvt:action": "saved"},
        "2": {"stEvt:action": "cropped"},
    }


def test_a_structure_without_fields_is_nothing() -> None:
    assert parse('<my:empty rdf:parseType="Resource"/>').children == {}


def test_a_file_cannot_write_what_the_repository_keeps() -> None:
    assert parse("<jcr:uuid>x</jcr:uuid><rdf:type>y</rdf:type>").properties == {}


def test_a_known_namespace_has_its_prefix_whatever_the_file_calls_it() -> None:
    xml = f"{HEAD}<rdf:Description xmlns:q='http://purl.org/dc/elements/1.1/' q:format='a/b'/></rdf:RDF>"
    assert metadata.parse(xml.encode()).properties == {"dc:format": "a/b"}


def test_a_strange_namespace_cannot_take_a_known_prefix() -> None:
    xml = f"{HEAD}<rdf:Description xmlns:dam='http://example.com/evil' dam:size='9'/></rdf:RDF>"
    assert "dam:size" not in metadata.parse(xml.encode()).properties


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml",
        b"<a/>",
        b"<rdf:RDF/>",
        HEAD.encode(),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='nonsense'?><a/>",
    ],
)
def test_what_is_no_rdf_is_refused(xml: bytes) -> None:
    with pytest.raises(MetadataError):
        metadata.parse(xml)


def test_limits() -> None:
    many = parse("".join(f"<my:p{number}>1</my:p{number}>" for number in range(MAX_PROPERTIES + 10)))
    assert len(many.properties) == MAX_PROPERTIES
    assert parse(f"<my:thumbnail>{'x' * (MAX_TEXT + 1)}</my:thumbnail><my:x>1</my:x>").properties == {"my:x": "1"}
    deep: Any = parse("<my:s><rdf:Description>" * 50 + "</rdf:Description></my:s>" * 50)
    assert isinstance(deep, Metadata)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<&￾￿")))
def test_any_text_can_be_stored(text: str) -> None:
    found = parse(f"<dc:title>{text}</dc:title>")
    stored(found.properties)
    assert found.properties["dc:title"] == text.strip()


def test_peoples_words_stay_and_facts_are_renewed() -> None:
    present: values.Properties = {"dc:title": "Mine", "dc:format": "a/b", "dam:size": 1, "cq:tags": ["x"]}
    extracted: values.Properties = {"dc:title": "T", "dc:format": "c/d", "dam:size": 2, "dc:rights": "R", "cq:tags": []}
    assert metadata.merge(present, extracted) == {"dc:format": "c/d", "dam:size": 2, "dc:rights": "R"}
