"""The way from the root of the assets to a folder or an asset."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from repository import tree
from repository.paths import DAM, NodePath


@dataclass(frozen=True)
class Crumb:
    title: str
    url: str


def breadcrumb(path: NodePath) -> list[Crumb]:
    """From the root of the assets down to `path`, each by its title."""
    steps = [step for step in (*path.ancestors, path) if step == DAM or step.is_under(DAM)]
    contents = tree.get_many(step / "jcr:content" for step in steps)
    return [Crumb(_title(step, contents), f"/assets.html{step.href}") for step in steps]


def _title(step: NodePath, contents: dict[NodePath, tree.TreeNode]) -> str:
    if step == DAM:
        return _("Files")
    content = contents.get(step / "jcr:content")
    return (content.text("jcr:title") if content else "") or step.name
