"""The parameters of a request as Sling sees them: query and form together, in the charset that the form names."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from repository.sling.errors import InvalidParameter
from repository.sling.form import Parameters, Upload

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class PostParameters:
    texts: Parameters
    files: Mapping[str, list[Upload]]

    def first(self, name: str, default: str = "") -> str:
        return next(iter(self.texts.get(name, ())), default)

    def is_true(self, name: str) -> bool:
        return self.first(name).lower() == "true"


def of(request: HttpRequest) -> PostParameters:
    """Query parameters first, as the servlet container lists them."""
    texts = {name: list(values) for name, values in request.GET.lists()}
    for name, values in _form(request).lists():
        texts.setdefault(name, []).extend(values)
    return PostParameters(texts, {name: list(files) for name, files in request.FILES.lists()})


def _form(request: HttpRequest) -> QueryDict:
    if request.content_type != FORM:
        return request.POST
    charset = QueryDict(request.body, encoding="ascii").get("_charset_") or "utf-8"
    try:
        encoding = codecs.lookup(charset).name
        return QueryDict(request.body, encoding=encoding)
    except (LookupError, ValueError) as err:
        raise InvalidParameter(f"The form is not written in the charset {charset!r} that it names") from err
