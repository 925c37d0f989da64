"""The scripted walks: what each is called and shows. What happens in them is in `static/aemulator/js/lessons/`."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Lesson:
    """`title` and `sentence` are translated where they are shown. `minutes`: how long it takes to read along."""

    name: str
    title: str
    sentence: str
    minutes: int

    @property
    def is_demo(self) -> bool:
        return self.name == DEMO


DEMO: Final = "demo"
LESSONS: Final = (
    Lesson("happy-path", _("The happy path"), _("One picture, seven steps, from the browser to the renditions."), 2),
    Lesson(
        "missing-rendition",
        _("Why is my rendition missing?"),
        _("A profile that leaves your file out, and one that a folder does not inherit."),
        3,
    ),
    Lesson("too-many-requests", _("429 storm"), _("The service says “not now”, and nothing is lost."), 2),
    Lesson("at-least-once", _("At least once"), _("An event comes twice; its rendition is attached once."), 2),
    Lesson("custom-worker", _("A custom worker"), _("Your own code makes a rendition, on I/O Runtime."), 3),
    Lesson("too-large", _("Too large"), _("A rendition that does not fit its target, and what AEM does then."), 2),
)
_DEMO: Final = Lesson(DEMO, _("60-second demo"), _("Watch one picture go through all seven steps."), 1)
_BY_NAME: Final = {lesson.name: lesson for lesson in (*LESSONS, _DEMO)}


def find(name: str) -> Lesson | None:
    return _BY_NAME.get(name)
