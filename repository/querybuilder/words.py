"""The words of a full-text search. Pure.

`red lava`: both. `red OR lava`: one of them. `-red`: not that. `"red lava"`: side by side. `*`, `?` stand for letters.
"""

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_WORDS = 50
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_TOKEN = re.compile(r"[^\W_]+")  # `_` separates words, as in file names
_PATTERN = re.compile(r"(?:[^\W_]|[*?])+")


@dataclass(frozen=True)
class Words:
    """`required` must all be there, one of each of `choices`, and none of `excluded`."""

    required: tuple[str, ...] = ()
    choices: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()

    def match(self, text: str) -> bool:
        """`text` in any case."""
        searched = _Searched(text)
        return (
            all(map(searched.has, self.required))
            and all(any(map(searched.has, choice)) for choice in self.choices)
            and not any(map(searched.has, self.excluded))
        )


def parse_words(text: str) -> Words:
    runs: list[list[str]] = []
    excluded: list[str] = []
    joined = False
    for minus, phrase, word in _TERM.findall(text)[:MAX_WORDS]:
        term = phrase or word
        if term == "OR" and not phrase and runs:
            joined = True
        elif minus:
            excluded.append(term)
        elif joined:
            runs[-1].append(term)
            joined = False
        else:
            runs.append([term])
    required = tuple(run[0] for run in runs if len(run) == 1)
    return Words(required, tuple(tuple(run) for run in runs if len(run) > 1), tuple(excluded))


class _Searched:
    """A text cut into words once."""

    def __init__(self, text: str) -> None:
        self._text = text.lower()
        self._tokens = _TOKEN.findall(self._text)
        self._known = frozenset(self._tokens)

    def has(self, term: str) -> bool:
        """A word as a whole, a phrase side by side; anywhere in a text for scripts that put no blanks between words."""
        term = term.lower()
        if not term.isascii() and not {"*", "?"} & set(term):
            return term in self._text
        patterns = _PATTERN.findall(term)
        if len(patterns) == 1 and not {"*", "?"} & set(term):
            return patterns[0] in self._known
        return not patterns or any(self._stand_at(start, patterns) for start in range(len(self._tokens)))

    def _stand_at(self, start: int, patterns: Sequence[str]) -> bool:
        tokens = self._tokens[start : start + len(patterns)]
        return len(tokens) == len(patterns) and all(map(fnmatch.fnmatchcase, tokens, patterns))
