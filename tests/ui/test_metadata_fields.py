"""Properties as fields of a form."""

from repository import values
from repository.ui.metadata_fields import main_fields, other_fields
from repository.values import Properties


def test_the_main_fields_are_there_for_an_asset_without_metadata() -> None:
    fields = main_fields({})
    assert [field.name for field in fields][:2] == ["dc:title", "dc:description"]
    assert {field.name: field.type_label for field in fields}["cq:tags"] == "String[]"
    assert all(field.stored == "[]" for field in fields)


def test_a_field_has_the_type_and_the_number_of_values_that_are_stored() -> None:
    fields = {field.name: field for field in main_fields({"dc:title": ["a", "b"], "dc:creator": "Jane"})}
    assert (fields["dc:title"].multiple, fields["dc:title"].texts) == (True, ("a", "b"))
    assert (fields["dc:creator"].multiple, fields["dc:creator"].text) == (False, "Jane")


def test_what_the_repository_computes_comes_last_and_is_not_asked_for() -> None:
    stored: Properties = {
        "dam:size": 5,
        "dc:title": "x",
        "xmp:Rating": 3,
        "photoshop:Urgent": True,
        "xmp:CreateDate": {"$type": "Date", "$value": "2026-01-01T00:00:00.000Z"},
    }
    fields = other_fields(stored)
    assert [(field.name, field.type) for field in fields] == [
        ("photoshop:Urgent", "Boolean"),
        ("xmp:CreateDate", "Date"),
        ("xmp:Rating", "Long"),
        ("dam:size", "Long"),
    ]
    assert [field.is_computed for field in fields] == [False, False, False, True]
    assert fields[0].text == "true"


def test_long_texts_get_several_lines() -> None:
    fields = {
        field.name: field for field in other_fields({"a": "x" * 200, "b": "short", "c": "two\nlines", "d": ["x" * 200]})
    }
    assert [fields[name].is_long for name in "abcd"] == [True, False, True, False]
    assert values.type_of("x") == "String"
