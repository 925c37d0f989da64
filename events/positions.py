"""Positions as clients see them: opaque, `puffin:<registration>:<place>`, ordered as text within a journal; pure."""

from uuid import UUID

ANIMAL = "puffin"


def encode(registration_id: str, position: int) -> str:
    return f"{ANIMAL}:{registration_id}:{UUID(int=position)}"


def decode(registration_id: str, text: str) -> int:
    """The position behind `text`; ValueError when it is not one of this journal."""
    animal, owner, place = text.split(":")
    if animal != ANIMAL or owner != registration_id:
        raise ValueError("a position of another journal")
    return UUID(place).int
