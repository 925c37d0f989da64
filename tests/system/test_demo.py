"""The demo content of a first run."""

from pathlib import Path

from config.demo.pictures import PICTURES, TURNED_LEFT
from tests import photographer
from tests.server import ADMIN, ServerProcess, wait_until

DONE_WITHIN = 120.0


def test_the_first_run_uploads_pictures_and_the_second_does_not(data_dir: Path) -> None:
    paths = [f"/content/dam/demo/{picture.folder}/{picture.name}" for picture in PICTURES]
    with ServerProcess(data_dir, demo=True) as server, photographer.client(server) as http:
        wait_until((data_dir / "demo-content").exists, DONE_WITHIN, "the demo pictures are uploaded")
        states = photographer.wait_processed(http, paths, DONE_WITHIN)
        assert set(states.values()) == {"processed"}
        check_metadata(photographer.content_of(http, paths[0]))
        assert http.request("DELETE", "/api/assets/demo", auth=ADMIN).status_code == 200
    with ServerProcess(data_dir, demo=True) as server, photographer.client(server) as http:
        assert http.get("/content/dam/demo.json", auth=ADMIN).status_code == 404


def check_metadata(asset: photographer.Json) -> None:
    assert asset["metadata"]["dc:title"] in ("Ridges at dawn", ["Ridges at dawn"])
    assert asset["metadata"]["tiff:ImageWidth"] == 2400
    assert set(asset["renditions"]) >= photographer.RENDITIONS


def test_the_pictures_differ_in_shape_and_one_lies_on_its_side() -> None:
    assert any(picture.orientation == TURNED_LEFT for picture in PICTURES)
    assert len({picture.name for picture in PICTURES}) == len(PICTURES) == 8


def test_a_picture_is_the_same_in_each_run() -> None:
    balloon = next(picture for picture in PICTURES if picture.name == "balloon.png")
    assert balloon.encoded() == balloon.encoded()
