"""Fixtures of the engine's tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from compute.engine.engine import Engine
from compute.engine.limits import Limits
from compute.engine.rendition import Rendition
from compute.engine.source import Source
from compute.errors import RenditionError

Raw = dict[str, Any]
Outcome = Rendition | RenditionError


class Silence:
    """A report that nobody reads."""

    def at(self, stage: str, indexes: list[int]) -> None: ...

    def beat(self) -> None: ...


class Shelf:
    """A fetcher whose URLs are names of things held in memory."""

    def __init__(self) -> None:
        self.things: dict[str, bytes] = {}

    def fetch(self, url: str, limit: int) -> bytes:
        try:
            return self.things[url][: limit + 1]
        except KeyError as err:
            raise RenditionError(f"GET '{url}' failed with status 404") from err

    def save(self, url: str, path: Path, progress: Callable[[], None]) -> int:
        return path.write_bytes(self.fetch(url, 1 << 40))


class Workshop:
    """Renders sources given as bytes."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.shelf = Shelf()
        self._engine = Engine(limits, self.shelf, Silence())

    def render_all(
        self, content: bytes, wanted: Mapping[int, Raw], name: str = "source", mimetype: str | None = None
    ) -> dict[int, Outcome]:
        path = self.folder / "source"
        path.write_bytes(content)
        outcomes = list(self._engine.render(Source(path, len(content), mimetype, name), wanted, self.folder))
        assert sorted(index for index, _ in outcomes) == sorted(wanted), "one outcome for each rendition"
        return dict(outcomes)

    def attempt(self, content: bytes, name: str = "source", mimetype: str | None = None, **raw: Any) -> Outcome:
        return self.render_all(content, {0: raw}, name, mimetype)[0]

    def render(self, source: bytes, name: str = "source", mimetype: str | None = None, **raw: Any) -> bytes:
        outcome = self.attempt(source, name, mimetype, **raw)
        assert isinstance(outcome, Rendition), repr(outcome)
        return outcome.content if isinstance(outcome.content, bytes) else outcome.content.read_bytes()

    def reason(self, source: bytes, name: str = "source", mimetype: str | None = None, **raw: Any) -> str:
        outcome = self.attempt(source, name, mimetype, **raw)
        assert isinstance(outcome, RenditionError), "the rendition should have failed"
        return outcome.reason


@pytest.fixture(params=["libvips", "Pillow"])
def workshop(request: pytest.FixtureRequest, tmp_path: Path) -> Workshop:
    """On each of the two engines."""
    return Workshop(tmp_path, Limits(use_vips=request.param == "libvips"))


@pytest.fixture
def vips_workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path, Limits())


@pytest.fixture
def make_workshop(tmp_path: Path) -> Callable[[Limits], Workshop]:
    return lambda limits: Workshop(tmp_path, limits)
