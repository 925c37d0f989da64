"""URLs of the AEM author repository. The last line takes every path that nothing before it claims."""

from django.urls import URLPattern, URLResolver, include, path

from repository.job_views import jobs_of_assets
from repository.querybuilder.views import query_builder

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("repository.auth.urls")),
    path("", include("repository.upload_urls")),
    path("", include("repository.api.urls")),
    path("", include("repository.adobe.urls")),
    path("_aemulator/jobs", jobs_of_assets, name="jobs"),
    path("bin/querybuilder.json", query_builder, name="query-builder"),
    path("", include("repository.api.profile_urls")),
    path("", include("repository.ui.profile_urls")),
    path("", include("repository.ui.urls")),
    path("", include("repository.sling.urls")),
]
