"""Template filters and tags: sizes, counts, times and paths as people read them, in one spelling everywhere."""

from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


@register.filter
def size(count: int) -> str:
    """Bytes in powers of 1000: `999 B`, `1.4 MB`, `23 GB`."""
    number, power = float(count), 0
    while round(number) >= 1000 and power < len(_UNITS) - 1:
        number /= 1000
        power += 1
    digits = 1 if power and number < 10 else 0
    return f"{number:.{digits}f}\N{NO-BREAK SPACE}{_UNITS[power]}"


@register.filter
def whole(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def seconds(number: float) -> str:
    """`12 ms`, `1.4 s`, `3 min 20 s`."""
    if number < 1:
        return f"{round(number * 1000)}\N{NO-BREAK SPACE}ms"
    if number < 100:
        return f"{number:.1f}\N{NO-BREAK SPACE}s"
    minutes, rest = divmod(round(number), 60)
    return f"{minutes}\N{NO-BREAK SPACE}min {rest}\N{NO-BREAK SPACE}s"


@register.filter
def host(url: str) -> str:
    """The host of a URL; the whole text when it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


@register.filter
def last_segment(url: str) -> str:
    return url.rpartition("/")[2]


@register.filter
def pixels(width: int, height: int) -> str:
    """`6000 × 4000`; empty while they are unknown."""
    return f"{width}\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}{height}" if width and height else ""


class Addressed(Protocol):
    """What has an address in URLs, as the paths of the tree have."""

    @property
    def href(self) -> str: ...


@register.filter
def href(path: Addressed) -> str:
    return path.href


@register.simple_tag
def when(moment: datetime | None) -> SafeString | str:
    """`3 minutes ago`, with the exact time on hover; the page's script keeps it right."""
    if moment is None:
        return ""
    exact = date_format(moment.astimezone(UTC), "j F Y, H:i:s") + " UTC"
    return format_html(
        '<relative-time><time datetime="{}" title="{}">{}</time></relative-time>',
        moment.isoformat(),
        exact,
        ago(moment),
    )


@register.filter
def breakable(name: str) -> SafeString:
    """A file name that goes on in a new line after a dot rather than anywhere."""
    return format_html_join(SafeString("<wbr>."), "{}", ((part,) for part in str(name).split(".")))


def ago(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 10:
        return _("just now")
    if seconds < 60:
        return ngettext("%d second ago", "%d seconds ago", round(seconds)) % round(seconds)
    if seconds < 3600:
        return ngettext("%d minute ago", "%d minutes ago", round(seconds / 60)) % round(seconds / 60)
    if seconds < 86_400:
        return ngettext("%d hour ago", "%d hours ago", round(seconds / 3600)) % round(seconds / 3600)
    return date_format(moment, "j F Y")
