"""Which renditions are tried again after a process died."""

from compute.errors import GenericError, SourceCorrupt
from compute.trials import NOT_BEGUN, STRAYS, Death, Trials


def death(stage: str, *indexes: int, timed_out: bool = False) -> Death:
    return Death(stage, frozenset(indexes), timed_out, "SIGSEGV")


def test_everything_is_tried_together_first() -> None:
    assert Trials([3, 1, 2]).next_batch() == [3, 1, 2]


def test_a_settled_rendition_is_settled_once() -> None:
    trials = Trials([1, 2])
    assert trials.settled(1)
    assert not trials.settled(1)
    assert trials.next_batch() == [2]


def test_a_crash_puts_the_rendition_at_work_aside_and_the_rest_goes_on() -> None:
    trials = Trials([1, 2, 3])
    assert trials.died(death("render", 2)) == {}
    assert trials.next_batch() == [1, 3]
    trials.settled(1)
    trials.settled(3)
    assert trials.next_batch() == [2]


def test_a_second_crash_is_the_end_of_it() -> None:
    trials = Trials([1])
    trials.died(death("render", 1))
    failed = trials.died(death("render", 1))
    assert isinstance(failed[1], GenericError)
    assert "SIGSEGV" in failed[1].message
    assert not trials.next_batch()


def test_a_decoder_that_crashes_twice_fails_all_that_need_it() -> None:
    trials = Trials([1, 2, 3])
    assert trials.died(death("decode", 1, 2, 3)) == {}
    failed = trials.died(death("decode", 1))
    assert set(failed) == {1, 2, 3}
    assert all(isinstance(error, SourceCorrupt) for error in failed.values())


def test_what_ran_out_of_time_is_not_tried_again() -> None:
    trials = Trials([1, 2, 3])
    assert set(trials.died(death("decode", 2, 3, timed_out=True))) == {2, 3}
    assert trials.next_batch() == [1]


def test_a_death_without_a_suspect_suspects_everything() -> None:
    trials = Trials([1, 2])
    assert trials.died(death("upload")) == {}
    assert trials.next_batch() == [1]
    trials.settled(1)
    assert trials.next_batch() == [2]


def test_a_process_that_was_dead_before_it_began_says_nothing() -> None:
    trials = Trials([1, 2])
    for _ in range(STRAYS):
        assert trials.died(death(NOT_BEGUN)) == {}
    assert trials.next_batch() == [1, 2]
    for _ in range(4):
        trials.died(death(NOT_BEGUN))
    assert not trials.next_batch(), "but it does not go on for ever"


def test_any_series_of_deaths_ends() -> None:
    trials = Trials(range(6))
    deaths = 0
    while batch := trials.next_batch():
        trials.died(death("render", batch[0]))
        deaths += 1
    assert deaths <= 12
