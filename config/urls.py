"""URL routing of the Django side. The hot paths that bypass Django are mounted in `config.asgi`.

The repository comes last: every path that no other box claims is a path in the content tree.
"""

from django.urls import include, path

urlpatterns = [
    path("", include("identity.urls")),
    path("", include("events.urls")),
    path("", include("compute.urls")),
    path("", include("runtime.urls")),
    path("", include("shell.urls")),
    path("", include("flow.ui.urls")),
    path("", include("repository.urls")),
]

handler403 = "repository.ui.errors.forbidden"
handler404 = "repository.ui.errors.not_found"
handler500 = "repository.ui.errors.server_error"
