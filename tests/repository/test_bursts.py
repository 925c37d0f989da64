"""During a burst of uploads jobs are sent one now and then; otherwise all that there are."""

from collections.abc import Callable

import pytest

from repository.bursts import ARRIVALS, INTERVAL, LONGEST, QUIET, WITHIN, Burst


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def burst(clock: Clock) -> Burst:
    return Burst(clock)


@pytest.fixture
def arrive(burst: Burst, clock: Clock) -> Callable[[int, float], None]:
    """So many uploads, so many seconds apart."""

    def happen(count: int, apart: float) -> None:
        for _ in range(count):
            burst.arrived()
            clock.now += apart

    return happen


def test_single_uploads_wait_for_nothing(burst: Burst, arrive: Callable[[int, float], None]) -> None:
    assert burst.allowed(8) == 8
    arrive(20, WITHIN)
    assert burst.allowed(8) == 8


def test_a_burst_lets_one_job_through_now_and_then(
    burst: Burst, clock: Clock, arrive: Callable[[int, float], None]
) -> None:
    arrive(ARRIVALS, 0.01)
    assert [burst.allowed(8), burst.allowed(8)] == [1, 0]
    clock.now += INTERVAL
    assert [burst.allowed(0), burst.allowed(8), burst.allowed(8)] == [0, 1, 0]


def test_it_is_over_when_nothing_arrives(burst: Burst, clock: Clock, arrive: Callable[[int, float], None]) -> None:
    arrive(10, 0.01)
    clock.now += QUIET
    assert burst.allowed(8) == 8
    arrive(1, 0.01)
    assert burst.allowed(8) == 8


def test_a_long_one_holds_jobs_up_only_so_long(burst: Burst, arrive: Callable[[int, float], None]) -> None:
    arrive(int(LONGEST / 0.1) + 5, 0.1)
    assert burst.allowed(8) == 8
