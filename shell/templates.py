"""Django's templates, whose output can always be sent: halves of surrogate pairs and NUL are replaced.

JSON may have both, so names, events and results of others may bring them to a page.
"""

from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.utils.safestring import SafeString, mark_safe

from contract.texts import clean


class CleanTemplates(DjangoTemplates):
    def get_template(self, template_name: str) -> "CleanTemplate":
        return CleanTemplate(super().get_template(template_name).template, self)


class CleanTemplate(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        return mark_safe(clean(super().render(context, request)))
