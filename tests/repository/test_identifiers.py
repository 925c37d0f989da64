import time
import uuid

from repository.identifiers import new_uuid


def test_are_uuids_of_version_4() -> None:
    made = uuid.UUID(new_uuid())
    assert (made.version, made.variant) == (4, uuid.RFC_4122)


def test_never_repeat() -> None:
    assert len({new_uuid() for _ in range(50_000)}) == 50_000


def test_begin_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    moment = int(new_uuid().replace("-", "")[:12], 16)
    assert before <= moment <= time.time_ns() // 1_000_000
