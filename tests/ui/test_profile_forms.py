"""What the form of a profile makes of what a browser sends."""

from django.http import QueryDict

from repository.ui import profile_forms

WORKER = "custom=0&custom-0-name=a&custom-0-extension=png&custom-0-worker=https://localhost/x"
TWICE = "custom-0-param=size&custom-0-value=1&custom-0-param=size&custom-0-value=2"


def test_two_parameters_of_one_name_are_both_kept_and_refused() -> None:
    sent = QueryDict(
        f"title=T&custom=0&{WORKER}&custom-0-param=size&custom-0-value=1&custom-0-param=size&custom-0-value=2"
    )
    profile, form = profile_forms.checked(profile_forms.posted(sent))
    assert profile is None
    assert form.custom[0].params == (("size", "1"), ("size", "2"))
    assert form.custom[0].errors == {"params": "Two parameters have one name"}
    assert form.faulty_tab == "custom"


def test_that_it_is_said_beside_what_else_is_wrong() -> None:
    sent = QueryDict(
        "title=&custom=0&custom-0-name=a&custom-0-param=x&custom-0-value=1&custom-0-param=x&custom-0-value=2"
    )
    _, form = profile_forms.checked(profile_forms.posted(sent))
    assert set(form.custom[0].errors) == {"extension", "worker", "params"}
    assert form.error_count == 4


def test_parameters_without_a_name_and_a_value_are_no_parameters() -> None:
    sent = QueryDict(f"title=T&{WORKER}&custom-0-param=&custom-0-value=&custom-0-param=a&custom-0-value=")
    profile, _ = profile_forms.checked(profile_forms.posted(sent))
    assert profile is not None
    assert profile.workers[0].params == {"a": ""}
