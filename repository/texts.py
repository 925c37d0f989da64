"""The sentences of errors: marked where they are written, put into the server's language where they are read. Pure."""

from collections.abc import Callable

_translate: list[Callable[[str], str]] = []


def _(text: str) -> str:
    """Marks a text for gettext, which finds it by this name."""
    return text


def translate_with(function: Callable[[str], str]) -> None:
    _translate[:] = [function]


def translated(text: str) -> str:
    return _translate[0](text) if _translate and text else text
