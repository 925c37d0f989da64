"""From flat parameters to groups of predicates."""

from hypothesis import given
from hypothesis import strategies as st

from repository.querybuilder.predicates import Group, Predicate, parse


def test_groups_nest() -> None:
    query = parse(
        [
            ("path", "/content"),
            ("1_group.p.or", "true"),
            ("1_group.1_property", "a"),
            ("1_group.1_property.value", "x"),
            ("1_group.2_group.p.not", "true"),
            ("1_group.2_group.type", "dam:Asset"),
            ("p.limit", "5"),
            ("2_orderby", "path"),
            ("1_orderby", "@a"),
            ("1_orderby.sort", "desc"),
        ]
    )
    assert query.settings == {"limit": "5"}
    assert [order.value for order in query.orders] == ["@a", "path"]
    assert query.orders[0].get("sort") == "desc"
    path, group = query.root.members
    assert path == Predicate("path", {"": "/content"})
    assert isinstance(group, Group)
    assert group.any_of
    assert group.members[0] == Predicate("property", {"": "a", "value": "x"})
    assert group.members[1] == Group((Predicate("type", {"": "dam:Asset"}),), negated=True)


def test_numbered_values_keep_their_order() -> None:
    predicate = parse([("property", "a"), ("property.2_value", "x"), ("property.1_value", "y")]).root.members[0]
    assert isinstance(predicate, Predicate)
    assert predicate.numbered("value") == ["x", "y"]


@given(st.lists(st.tuples(st.text(alphabet="ab.12_p", max_size=12), st.text(max_size=5)), max_size=8))
def test_any_parameters_can_be_parsed(parameters: list[tuple[str, str]]) -> None:
    parse(parameters)
