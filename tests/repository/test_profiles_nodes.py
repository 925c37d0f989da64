"""Processing profiles as nodes, and the folders that they are applied to."""

import pytest

from repository import asset_profiles, assets, profile_store, tree
from repository.errors import ConstraintViolation, NodeNotFound
from repository.mime_rules import MimeRules
from repository.paths import DAM, NodePath
from repository.profile_nodes import IMAGE_TYPE, PROFILE_TYPE, ROOT, VIDEO_TYPE
from repository.profiles import DEFAULT_PROFILE, FPO_RULES, ImageRendition, Profile, VideoRendition, WorkerRendition
from repository.tree import NodeSpec, TreeNode
from repository.values import Value

pytestmark = pytest.mark.django_db

WORKER = "https://x.adobeioruntime.net/api/v1/web/p/a"
EVERYTHING = Profile(
    "My Profile",
    (
        ImageRendition("web.jpeg", "jpeg", 600, None, 80, rules=MimeRules("image/.*", "image/gif")),
        ImageRendition("crop.png", "png", 200, 200, smart_crop=True),
        VideoRendition("clip.mp4", 640, 360, 900, MimeRules("video/.*")),
        WorkerRendition("Circle", "png", WORKER, {"size": "1000", "dotted.name": "x y"}, True),
    ),
)


def page(kind: str, **properties: Value) -> NodeSpec:
    content = NodeSpec("nt:unstructured", {"sling:resourceType": kind, **properties})
    return NodeSpec("cq:Page", children={"jcr:content": content})


def imported(name: str, **rows: NodeSpec) -> NodePath:
    """A profile as a package or a migration tool leaves it."""
    content = NodeSpec("nt:unstructured", {"jcr:title": name, "sling:resourceType": PROFILE_TYPE})
    tree.create(ROOT / name, "cq:Page", children={"jcr:content": content, **rows})
    return ROOT / name


def without_nodes(profile: Profile) -> Profile:
    rows = tuple(type(row)(**{**row.__dict__, "node": ""}) for row in profile.rows)
    return Profile(profile.title, rows)


def test_the_container_is_there_from_the_start() -> None:
    assert tree.get(ROOT).primary_type == "cq:Page"
    assert tree.get(ROOT / "jcr:content").properties["mergeList"] is True
    assert profile_store.listed() == []


def test_what_is_stored_is_read_back() -> None:
    stored = profile_store.create(EVERYTHING)
    assert stored.path == ROOT / "my-profile"
    assert without_nodes(stored) == EVERYTHING
    assert profile_store.listed() == [stored]


def test_it_is_stored_as_aem_stores_it() -> None:
    path = NodePath(profile_store.create(EVERYTHING).path)
    image = tree.get(path / "web/jcr:content").properties
    assert tree.get(path / "web").primary_type == "cq:Page"
    assert image["sling:resourceType"] == IMAGE_TYPE
    assert (image["name"], image["fmt"], image["wid"], image["qlt"]) == ("web.jpeg", "jpeg", 600, 80)
    assert (image["includeMimeTypes"], image["excludeMimeTypes"]) == ("image/.*", "image/gif")
    assert "hei" not in image
    video = tree.get(path / "clip/jcr:content").properties
    assert (video["sling:resourceType"], video["codec"], video["bitrate"]) == (VIDEO_TYPE, "h264", 900)
    assert tree.get(path / "circle/jcr:content/params").properties["size"] == "1000"


def test_numbers_are_read_as_long_and_as_string_and_zero_is_none() -> None:
    row = page(IMAGE_TYPE, name="a.jpeg", fmt="jpg", wid="200", hei="0", qlt="75", includeMimeTypes=["image/.*", "a/b"])
    other = page(IMAGE_TYPE, name="b.webp", fmt="webp", wid=100, hei="abc")
    video = page("dam/processing/profile/rendition/video", name="c.mp4", bitrate="800")
    unknown = page("dam/something/else", name="d.png")
    read = profile_store.read(imported("tool", a=row, b=other, c=video, d=unknown))
    a, b, c = read.rows
    assert (a.instructions, a.rules.include) == ({"fmt": "jpeg", "width": 200, "quality": 75}, "image/.*,a/b")
    assert b.instructions == {"fmt": "webp", "width": 100}
    assert c.instructions == {"fmt": "mp4", "codec": "h264", "bitrate": 800}


def test_a_custom_service_is_read_as_aems_log_shows_it() -> None:
    said: dict[str, Value] = {"name": "own.png", "extension": "png", "includeMimeTypes": "image/jpeg,image/png"}
    parameters = NodeSpec("nt:unstructured", {"worker": WORKER, "size": "1000"})
    content = NodeSpec("nt:unstructured", said, children={"workerParameters": parameters})
    row = NodeSpec("cq:Page", children={"jcr:content": content})
    path = imported("from-aem", own=row)
    read = profile_store.read(path)
    assert [(own.file_name, own.instructions) for own in read.rows] == [
        ("own.png", {"size": "1000", "fmt": "png", "worker": WORKER})
    ]
    assert read.rows[0].rules == MimeRules("image/jpeg,image/png")
    replaced = profile_store.replace(path, Profile("Edited", read.rows))
    assert [own.instructions for own in replaced.rows] == [own.instructions for own in read.rows]


def test_what_others_wrote_into_a_row_stays_when_the_profile_is_replaced() -> None:
    path = imported("tool", thumb=page(IMAGE_TYPE, name="a.jpeg", fmt="jpeg", qlt=70, ours="no"))
    (row,) = profile_store.read(path).rows
    assert isinstance(row, ImageRendition)
    changed = ImageRendition("a.jpeg", "jpeg", 50, node=row.node)
    profile_store.replace(path, Profile("Tool", (ImageRendition("new.png"), changed)))
    content = tree.get(path / "thumb/jcr:content").properties
    assert (content["ours"], content["wid"], "qlt" in content) == ("no", 50, False)
    assert [found.file_name for found in profile_store.read(path).rows] == ["new.png", "a.jpeg"]
    profile_store.replace(path, Profile("Tool"))
    assert [child.name for child in tree.children(path)] == ["jcr:content"]


def test_a_row_that_names_no_node_stays_in_the_node_of_its_file_name() -> None:
    path = NodePath(profile_store.create(EVERYTHING).path)
    before = [child.name for child in tree.children(path)]
    tree.set_properties(path / "web/jcr:content", {"ours": "kept"})
    profile_store.replace(path, EVERYTHING)
    assert [child.name for child in tree.children(path)] == before
    assert tree.get(path / "web/jcr:content").properties["ours"] == "kept"
    other = WorkerRendition("web", "jpeg", WORKER)  # of another kind: nothing of the picture's stays
    profile_store.replace(path, Profile("My Profile", (other,)))
    (child,) = [child for child in tree.children(path) if child.name != "jcr:content"]
    assert "ours" not in tree.get(child.path / "jcr:content").properties


def test_of_the_fpo_rendition_an_edit_changes_the_quality_alone() -> None:
    fpo = page(
        IMAGE_TYPE, name="cq5dam.fpo.jpeg", fmt="jpeg", wid=900, qlt=20, includeMimeTypes="image/tiff", ours="no"
    )
    path = imported("tool", fpo=fpo)
    edited = ImageRendition("cq5dam.fpo.jpeg", "jpeg", quality=40, rules=FPO_RULES)
    profile_store.replace(path, Profile("Tool", (edited,)))
    content = tree.get(path / "fpo/jcr:content").properties
    assert (content["qlt"], content["wid"], content["includeMimeTypes"], content["ours"]) == (
        40,
        900,
        "image/tiff",
        "no",
    )


def test_names_are_made_of_titles_and_never_twice() -> None:
    made = [profile_store.create(Profile(title)).path for title in ("Größe 1!", "größe 1", "日本", "create", "")]
    assert [path.rpartition("/")[2] for path in made] == ["grosse-1", "grosse-1-1", "profile", "create-1", "profile-1"]


def test_a_copy_has_everything_but_the_title() -> None:
    stored = profile_store.create(EVERYTHING)
    copied = profile_store.copy(NodePath(stored.path), "Other")
    assert (copied.title, copied.rows) == ("Other", stored.rows)
    assert copied.path != stored.path


def test_a_deleted_profile_is_taken_away_from_its_folders(folder: NodePath) -> None:
    path = NodePath(profile_store.create(EVERYTHING).path)
    profile_store.assign(folder, path)
    assert profile_store.folders_with(path) == [folder]
    profile_store.delete(path)
    assert profile_store.assignment_of(folder) is None
    with pytest.raises(NodeNotFound):
        profile_store.read(path)


@pytest.mark.parametrize("text", ["/conf", "/content/dam", f"{ROOT}", f"{ROOT}/jcr:content", f"{ROOT}/none"])
def test_only_profiles_are_read_replaced_and_deleted(text: str) -> None:
    with pytest.raises(NodeNotFound):
        profile_store.read(NodePath(text))
    with pytest.raises(NodeNotFound):
        profile_store.delete(NodePath(text))


def test_the_nearest_ancestor_wins_for_its_whole_subtree(folder: NodePath) -> None:
    outer, inner = (NodePath(profile_store.create(Profile(title)).path) for title in ("Outer", "Inner"))
    for name in ("a", "a/b", "a/b/c"):
        tree.create(folder / name, "sling:Folder")
    profile_store.assign(folder, outer)
    profile_store.assign(folder / "a/b", inner)

    def found(name: str) -> tuple[str, str]:
        assigned = profile_store.assignment_of(folder / name)
        assert assigned
        return assigned.profile, assigned.folder

    assert found("a") == (outer, folder)
    assert found("a/b/c") == (inner, folder / "a/b")
    profile_store.assign(folder / "a/b", None)
    assert found("a/b/c") == (outer, folder)


def test_a_property_of_the_folder_itself_counts_too(folder: NodePath) -> None:
    path = NodePath(profile_store.create(Profile("Own")).path)
    tree.set_properties(folder, {"processingProfile": str(path)})
    assigned = profile_store.assignment_of(folder)
    assert assigned
    assert assigned.profile == path
    assert profile_store.assignments() == {folder: path}
    profile_store.assign(folder, None)
    assert profile_store.assignment_of(folder) is None


def test_only_a_profile_that_exists_is_applied_and_only_to_a_folder(asset: TreeNode) -> None:
    path = NodePath(profile_store.create(Profile("Own")).path)
    with pytest.raises(ConstraintViolation):
        profile_store.assign(asset.path, path)
    with pytest.raises(NodeNotFound):
        profile_store.assign(asset.path.parent, ROOT / "none")
    with pytest.raises(NodeNotFound):
        profile_store.assign(DAM / "none", path)


def test_an_asset_is_explained(asset: TreeNode) -> None:
    nothing = asset_profiles.explanation(asset)
    assert (nothing.mime_type, nothing.assignment, nothing.profile) == ("image/jpeg", None, None)
    rows = (ImageRendition("a.png", rules=MimeRules("", "image/.*")), ImageRendition("b.png"))
    path = NodePath(profile_store.create(Profile("Own", rows)).path)
    profile_store.assign(DAM, path)
    explained = asset_profiles.explanation(asset)
    assert explained.is_inherited
    assert [verdict.reason for verdict in explained.verdicts] == ["excluded", "requested"]
    assert not explained.is_dangling


def test_a_profile_that_is_gone_asks_for_nothing_and_says_so(asset: TreeNode) -> None:
    tree.create(asset.path.parent / "jcr:content", "nt:unstructured", {"processingProfile": f"{ROOT}/gone"})
    explained = asset_profiles.explanation(asset)
    assert explained.is_dangling
    assert len(asset_profiles.requested_for(asset)) == len(DEFAULT_PROFILE)


def test_the_type_that_the_extraction_found_counts(asset: TreeNode) -> None:
    tree.set_properties(asset.path / assets.METADATA, {"dc:format": "image/png"})
    assert asset_profiles.mime_type_of(asset) == "image/png"
