"""URLs of the OpenAPI family. Adobe's tutorial writes `/adobe/../assets/…`, which clients shorten to `/assets/…`.

Binaries (`/original/as/…`, `/renditions/<name>`) are streamed by `repository.binaries_asgi`.
"""

from django.urls import URLPattern, re_path

from repository.adobe import views

_ASSET = r"^(?:adobe/)?assets/(?P<asset_id>urn:aaid:aem:[^/]+)"

urlpatterns: list[URLPattern] = [
    re_path(rf"{_ASSET}$", views.AssetView.as_view(), name="adobe-asset"),
    re_path(rf"{_ASSET}/metadata$", views.MetadataView.as_view(), name="adobe-metadata"),
    re_path(rf"{_ASSET}/renditions$", views.RenditionsView.as_view(), name="adobe-renditions"),
    re_path(r"^adobe/assets/import/(?:fromUrl|from-url)$", views.ImportView.as_view(), name="adobe-import"),
    re_path(r"^adobe/assets/import/jobs/(?P<job>[^/]+)/(?P<what>status|result)$", views.ImportJobView.as_view()),
    re_path(r"^adobe/assets/search$", views.SearchView.as_view(), name="adobe-search"),
    re_path(r"^adobe/folders/?$", views.FoldersView.as_view(), name="adobe-folders"),
    re_path(r"^adobe/folders/delete$", views.DeleteFoldersView.as_view()),
    re_path(r"^adobe/", views.UnknownView.as_view()),
]
