"""The pytest plugin, from the outside."""

import subprocess
from pathlib import Path

from tests.photographer import photo
from tests.plugin.fixtures import Project
from tests.postgres import cluster
from tests.server import clean_environment, wait_until


def test_a_suite_as_the_documentation_recommends_it(project: Project) -> None:
    (project.folder / "photo.jpg").write_bytes(photo(1))
    project.write(
        test_it="""
        import ssl, subprocess, sys, time
        from pathlib import Path
        import config, events
        import httpx, pytest
        from pytest_aemulator import NotProcessed

        HERE = Path(__file__).parent

        def test_upload_and_wait(aemulator):
            assert config.MINE and events.MINE
            path = aemulator.upload(HERE / "photo.jpg", "/content/dam/shop")
            aemulator.wait_processed(path, within=60)
            found = aemulator.renditions(path)
            assert found["original"].content == (HERE / "photo.jpg").read_bytes()
            web = found["cq5dam.web.1280.1280.jpeg"]
            assert web.mime_type == "image/jpeg" and len(web.content) == web.size > 1000
            assert {event["rendition"]["name"] for event in aemulator.events()} == set(found) - {"original"}

        def test_nothing_of_the_test_before_is_there(aemulator):
            with aemulator.client() as client:
                assert client.get("/content/dam/shop.json").status_code == 404
            assert aemulator.events() == []

        def test_why_a_rendition_failed(aemulator):
            path = aemulator.upload(b"this is no picture", "/content/dam", name="broken.jpg")
            with pytest.raises(NotProcessed, match="RenditionFormatUnsupported") as failed:
                aemulator.wait_processed(path)
            assert "cq5dam.web.1280.1280.jpeg" in failed.value.failures
            aemulator.wait_processed(path, check=False)

        def test_there_is_no_such_asset(aemulator):
            with pytest.raises(NotProcessed, match="no asset"):
                aemulator.wait_processed("/content/dam/none.jpg")

        def test_https_and_environment(aemulator):
            trust = ssl.create_default_context(cafile=aemulator.ca_file)
            assert httpx.get(f"{aemulator.https_url}/_aemulator/health", verify=trust).status_code == 200
            block = aemulator.environment
            assert block["AEMULATOR_URL"] == aemulator.url
            done = subprocess.run([sys.executable, "-c", "import os; print(os.environ['AEMULATOR_CLIENT_ID'])"],
                                  env=block, capture_output=True, text=True)
            assert done.stdout.strip() == block["AEMULATOR_CLIENT_ID"]

        def test_seed_snapshot_restore(aemulator, tmp_path):
            states = aemulator.seed({"assets": [{"path": "/content/dam/s/a.png", "picture": {"width": 64}}]})
            assert states == {"/content/dam/s/a.png": "processed"}
            kept = aemulator.snapshot(tmp_path / "state.tar")
            aemulator.reset()
            with aemulator.client() as client:
                assert client.get("/content/dam/s/a.png").status_code == 404
                aemulator.restore(kept)
                assert client.get("/content/dam/s/a.png").status_code == 200

        def test_a_refusal_comes_in_words(aemulator):
            with pytest.raises(httpx.HTTPStatusError, match="exactly one of"):
                aemulator.seed({"assets": [{"path": "/content/dam/x.png"}]})

        """
    )
    done = project.pytest()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout


def test_each_process_of_xdist_has_its_own_server(project: Project) -> None:
    project.write(
        test_it="""
        import os, pytest
        from pathlib import Path

        @pytest.mark.parametrize("number", range(4))
        def test_alone(aemulator, number):
            Path(f"{os.environ['PYTEST_XDIST_WORKER']}.txt").write_text(aemulator.url)
            with aemulator.client() as client:
                for name in client.get("/content/dam.1.json").json():
                    assert not name.startswith("n-")
            aemulator.upload(b"x", name=f"n-{number}.txt")
        """
    )
    done = project.pytest("-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    urls = [file.read_text() for file in project.folder.glob("gw*.txt")]
    assert len(set(urls)) == len(urls) == 2


def test_settings_and_another_database(project: Project) -> None:
    with (project.folder / "pytest.ini").open("a") as ini:
        ini.write("aemulator_settings =\n  AEMULATOR_ADMIN_PASSWORD = s3cret\n  AEMULATOR_RENDER_PROCESSES = 1\n")
    project.write(
        test_it="""
        import httpx

        def test_them(aemulator):
            assert httpx.get(f"{aemulator.url}/content/dam.json", auth=("admin", "admin")).status_code == 401
            aemulator.upload(b"x", name="a.txt")
            health = httpx.get(f"{aemulator.url}/_aemulator/health").json()["parts"]
            assert health["core-workers"]["processes"] == 1

        def test_again(aemulator):
            with aemulator.client() as client:
                assert client.get("/content/dam/a.txt").status_code == 404
        """
    )
    with cluster() as url:
        done = project.pytest("--aemulator-database-url", url)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_server_that_dies_or_does_not_start_says_why(project: Project) -> None:
    project.write(
        test_it="""
        import os, signal, time

        def test_kill(aemulator):
            os.kill(aemulator.server.pid, signal.SIGKILL)
            time.sleep(0.5)
            aemulator.upload(b"x", name="a.txt")
        """
    )
    done = project.pytest()
    assert done.returncode == 1
    assert "ServerDied: AEMulator ended (exit code -9)" in done.stdout
    assert "AEMulator runs at" in done.stdout, "the end of its log"
    done = project.pytest("-o", "aemulator_settings=AEMULATOR_RENDER_PROCESSES=many")
    assert "AEMULATOR_RENDER_PROCESSES must be a whole number" in done.stdout
    done = project.pytest("-o", "aemulator_settings=nonsense")
    assert "is not NAME=VALUE" in done.stdout


def test_the_server_ends_with_the_tests_even_when_they_are_killed(project: Project, tmp_path: Path) -> None:
    project.write(
        test_it="""
        import os, signal
        from pathlib import Path

        def test_kill(aemulator):
            Path("pid.txt").write_text(f"{aemulator.server.pid} {aemulator.ca_file}")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert project.pytest().returncode == -9
    pid, _, ca_file = (project.folder / "pid.txt").read_text().partition(" ")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 20, "the server has ended")
    assert not Path(ca_file).exists(), "its data directory went with it"


def test_the_command_is_installed(project: Project) -> None:
    command = project.python.with_name("aemulator")
    environment = clean_environment()
    done = subprocess.run([command, "help", "--commands"], capture_output=True, text=True, check=True, env=environment)
    assert {"serve", "snapshot", "restore", "seed", "reset"} <= set(done.stdout.split())
