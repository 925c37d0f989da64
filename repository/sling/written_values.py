"""The value that a form's texts make of a property, given the value that it had. Pure.

Source: sling-org-apache-sling-servlets-post, SlingPropertyValueHandler.
"""

from collections.abc import Sequence

from repository import values
from repository.sling.form import Item
from repository.values import Value

_HINTED = values.TYPES - {"Binary"}


def written(item: Item, texts: Sequence[str], old: Value | None) -> Value | None:
    """The new value; None when a patch changes nothing. InvalidValue when a text is not of the type."""
    if item.patch:
        patched = _patched(texts, old)
        if patched is None:
            return None
        texts = patched
    multiple = len(texts) > 1 or item.multiple_hint or item.patch or (old is not None and values.is_multiple(old))
    return values.typed(_type(item, old), texts if multiple else texts[0])


def _type(item: Item, old: Value | None) -> str:
    """The hint when it names a type, else that of the old value: what is a Long stays one."""
    if item.type_hint in _HINTED:
        return str(item.type_hint)
    return "String" if old is None else values.type_of(old)


def _patched(texts: Sequence[str], old: Value | None) -> list[str] | None:
    """`+x` adds x unless it is there, `-x` takes every x away; a single value cannot be patched."""
    if old is not None and not values.is_multiple(old):
        return None
    before = values.texts(old)
    after = list(before)
    for text in texts:
        operation, operand = text[:1], text[1:]
        if operation == "+" and operand not in after:
            after.append(operand)
        elif operation == "-":
            after = [value for value in after if value != operand]
    return after if after != before else None
