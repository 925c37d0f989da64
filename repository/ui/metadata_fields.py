"""The metadata of an asset as a form: what people write first, then every other property with its JCR type. Pure."""

from dataclasses import dataclass
from typing import Final

import orjson
from django.utils.translation import gettext as _

from repository import values
from repository.values import Properties, Value

# What the repository finds out by itself: shown, not asked for.
_COMPUTED_PREFIXES: Final = ("dam:", "jcr:", "rep:", "oak:")
_COMPUTED: Final = frozenset({"dc:format", "tiff:ImageWidth", "tiff:ImageLength"})
_LONG_TEXTS: Final = frozenset({"dc:description", "dc:rights"})
_LONG_FROM: Final = 80  # characters; from there on a text gets several lines


@dataclass(frozen=True)
class Field:
    """One property. `texts` are its values as they are stored; none for a property that is absent."""

    name: str
    label: str
    type: str
    multiple: bool
    texts: tuple[str, ...]
    is_computed: bool = False

    @property
    def key(self) -> str:
        """For ids in the page: no colon."""
        return self.name.replace(":", "-")

    @property
    def text(self) -> str:
        return self.texts[0] if self.texts else ""

    @property
    def shown(self) -> str:
        return ", ".join(self.texts)

    @property
    def stored(self) -> str:
        return orjson.dumps(self.texts).decode()

    @property
    def type_label(self) -> str:
        return f"{self.type}[]" if self.multiple else self.type

    @property
    def is_long(self) -> bool:
        is_text = self.type == "String" and not self.multiple
        return is_text and (self.name in _LONG_TEXTS or len(self.text) > _LONG_FROM or "\n" in self.text)


def main_fields(metadata: Properties) -> list[Field]:
    """Those that every asset is asked for, there or not."""
    return [_field(name, metadata.get(name), label, many=many) for name, label, many in _main()]


def other_fields(metadata: Properties) -> list[Field]:
    main = {name for name, _label, _many in _main()}
    fields = [_field(name, metadata[name], name) for name in sorted(metadata) if name not in main]
    return sorted(fields, key=lambda field: field.is_computed)


def _main() -> list[tuple[str, str, bool]]:
    return [
        ("dc:title", _("Title"), False),
        ("dc:description", _("Description"), False),
        ("cq:tags", _("Tags"), True),
        ("dc:subject", _("Keywords"), True),
        ("dc:creator", _("Creator"), True),
        ("dc:rights", _("Rights"), False),
    ]


def _field(name: str, value: Value | None, label: str, *, many: bool = False) -> Field:
    return Field(
        name=name,
        label=label,
        type="String" if value is None else values.type_of(value),
        multiple=many if value is None else values.is_multiple(value),
        texts=tuple(values.texts(value)),
        is_computed=name in _COMPUTED or name.startswith(_COMPUTED_PREFIXES),
    )
