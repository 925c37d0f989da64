"""Identifiers of nodes (jcr:uuid). Pure but for the clock."""

import time
from random import getrandbits


def new_uuid() -> str:
    """A UUID that begins with the time: those of nodes that are made together lie together in the index.

    In form it is one of version 4, as AEM's are, with 74 random bits: an index of a million entirely random ones has to
    rewrite a page for each new node.
    """
    moment = time.time_ns() // 1_000_000
    number = moment << 80 | 0x4 << 76 | getrandbits(12) << 64 | 0b10 << 62 | getrandbits(62)
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
