"""What the page of an asset says of its renditions while it is processed anew, and afterwards."""

import pytest

from repository import assets, outcomes, reprocessing, tree
from repository.models import ProcessingJob
from repository.outcomes import Outcome, StoredRendition
from repository.paths import NodePath
from repository.ui.details import Details, details
from tests.repository.conftest import new_upload

pytestmark = pytest.mark.django_db
WEB = "cq5dam.web.1280.1280.jpeg"


@pytest.fixture
def path(folder: NodePath) -> NodePath:
    """An asset with all its renditions."""
    asset = assets.store(folder / "a.jpg", new_upload())
    answer(asset.path)
    return asset.path


def answer(path: NodePath, only: str = "", but: str = "") -> None:
    """Renditions that an asset waits for come; those in `but` fail."""
    job = ProcessingJob.objects.filter(asset_uuid=tree.get(path).uuid).latest("generation")
    for row in job.renditions.filter(**({"name": only} if only else {})):
        position = f"{job.id}{row.name}"
        outcome = Outcome(position, job.id, row.name, row.blob, reason="SourceCorrupt", message="half of it")
        if row.name != but:
            stored = StoredRendition(row.blob, 5, "image/jpeg")
            outcome = Outcome(position, job.id, row.name, row.blob, stored)
        outcomes.apply([outcome], "aem-assets", "/journal", position)


def shown(path: NodePath) -> Details:
    return details(tree.get(path))


def test_renditions_that_are_about_to_be_replaced_are_not_done(path: NodePath) -> None:
    assert shown(path).asset.progress.state == "ready"
    reprocessing.start([path])
    assert (shown(path).asset.progress.done, shown(path).asset.progress.total) == (0, 6)
    answer(path, only=WEB)
    assert (shown(path).asset.progress.done, shown(path).asset.progress.total) == (1, 6)
    answer(path)
    assert shown(path).asset.progress.state == "ready"


def test_an_older_rendition_says_why_there_is_no_newer_one(path: NodePath) -> None:
    reprocessing.start([path])
    answer(path, but=WEB)
    (web,) = (rendition for rendition in shown(path).renditions if rendition.name == WEB)
    assert web.state == "stored"
    assert web.failure is not None
    assert web.failure.message == "half of it"
    assert {rendition.name for rendition in shown(path).renditions if rendition.failure} == {WEB}
