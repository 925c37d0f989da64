"""Texts as every database takes them; pure."""


def clean(text: str) -> str:
    """Without NUL and halves of surrogate pairs."""
    if is_clean(text):
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def is_clean(text: str) -> bool:
    """Known at a glance; False for some that are clean."""
    return text.isascii() and "\0" not in text
