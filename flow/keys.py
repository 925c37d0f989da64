"""The keys by which exchanges find their flow: rows, and the newest of them in memory."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from dbthreads import sql
from flow.correlation import Key

Known = dict[str, tuple[str, str]]
REMEMBERED: Final = 20_000
AT_ONCE: Final = 400


class Keys:
    """Of this process; another may have written keys that are not in memory here."""

    def __init__(self) -> None:
        self._newest: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def look_up(self, wanted: Iterable[str]) -> Known:
        keys = set(wanted)
        known = {key: self._newest[key] for key in keys if key in self._newest}
        unknown = sorted(keys - known.keys())
        for start in range(0, len(unknown), AT_ONCE):
            some = unknown[start : start + AT_ONCE]
            query = f"SELECT key, flow, rendition FROM flow_key WHERE key IN ({sql.marks(some)})"
            known |= {key: (flow, rendition) for key, flow, rendition in sql.rows(query, some)}
        return known

    def add(self, keys: Sequence[tuple[Key, str]]) -> None:
        """Within the caller's transaction. A key that was another flow's is this one's now."""
        rows = {key.key: (key.key, flow, key.rendition) for key, flow in keys}
        sql.execute_many(
            "INSERT INTO flow_key (key, flow, rendition) VALUES (%s, %s, %s)"
            " ON CONFLICT (key) DO UPDATE SET flow = excluded.flow, rendition = excluded.rendition",
            [rows[key] for key in sorted(rows)],
        )

    def remember(self, keys: Sequence[tuple[Key, str]]) -> None:
        """After the commit."""
        for key, flow in keys:
            self._newest[key.key] = (flow, key.rendition)
            self._newest.move_to_end(key.key)
        while len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)

    def remove(self, gone: Sequence[str]) -> None:
        for key in gone:
            self._newest.pop(key, None)
        sql.execute_many("DELETE FROM flow_key WHERE key = %s", [(key,) for key in gone])

    def forget(self) -> None:
        """What is in memory, after flows were removed."""
        self._newest.clear()
