import pytest

from deploy.local.sandbox.youtube_contract import contract
from deploy.local.sandbox.youtube_errors import GoogleError

PLAYED = [
    "videos.insert", "videos.list", "videos.update", "videos.delete", "channels.list", "playlists.list", "playlists.insert",
    "playlistItems.list", "playlistItems.insert", "playlistItems.delete", "thumbnails.set", "captions.insert",
    "captions.list", "captions.update", "captions.delete", "videoCategories.list",
]  # fmt: skip


def method(id):
    return contract().methods[id]


def refused(call):
    with pytest.raises(GoogleError) as error:
        call()
    return error.value


@pytest.mark.parametrize("id", PLAYED)
def test_every_method_that_is_played_is_in_the_document(id):
    assert method(id).scopes


def test_parts_are_those_of_the_resource():
    parts = method("videos.list").parts
    assert {"id", "snippet", "status", "statistics", "processingDetails", "localizations"} <= parts
    assert not {"kind", "etag"} & parts
    assert method("captions.insert").parts == {"id", "snippet"}
    assert method("videos.delete").parts == frozenset()


def test_lists_are_taken_apart_however_they_are_given():
    together = contract().parameters(method("videos.list"), [("part", "id,snippet"), ("id", "a,b")])
    apart = contract().parameters(
        method("videos.list"), [("part", "id"), ("part", "snippet"), ("id", "a"), ("id", "b")]
    )
    assert together == apart == {"part": ["id", "snippet"], "id": ["a", "b"]}


def test_what_every_method_knows_is_known():
    given = contract().parameters(method("videos.list"), [("part", "id"), ("alt", "json"), ("prettyPrint", "false")])
    assert given["alt"] == ["json"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ([("part", "id"), ("colour", "red")], "invalid"),
        ([], "required"),
        ([("part", "")], "required"),
        ([("part", "id,colour")], "unknownPart"),
        ([("part", "id"), ("maxResults", "0")], "invalid"),
        ([("part", "id"), ("maxResults", "51")], "invalid"),
        ([("part", "id"), ("maxResults", "many")], "invalid"),
        ([("part", "id"), ("chart", "loudest")], "invalid"),
        ([("part", "id"), ("prettyPrint", "yes")], "invalid"),
        ([("part", "id"), ("hl", "en"), ("hl", "de")], "invalid"),
    ],
)
def test_a_parameter_that_google_would_refuse_is_refused(query, reason):
    error = refused(lambda: contract().parameters(method("videos.list"), query))
    assert (error.reason, error.status) == (reason, 400)


@pytest.mark.parametrize(
    "body",
    [
        {"snippet": {"title": "x", "tags": ["a"]}, "status": {"privacyStatus": "private", "madeForKids": False}},
        {"snippet": {"title": "x"}, "localizations": {"de": {"title": "y"}}},
        {"snippet": {"title": "x"}, "statistics": {"viewCount": "5"}},
        {"snippet": {"title": "x"}, "statistics": {"viewCount": 5}},
    ],
)
def test_a_body_of_the_schema_passes(body):
    assert contract().body(method("videos.insert"), body, list(body)) == body


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"snippet": {"titel": "x"}}, "resource.snippet"),
        ({"snipet": {}}, "resource"),
        ({"snippet": {"title": 5}}, "resource.snippet.title"),
        ({"snippet": {"tags": "a"}}, "resource.snippet.tags"),
        ({"snippet": {"tags": [1]}}, "resource.snippet.tags[0]"),
        ({"snippet": "x"}, "resource.snippet"),
        ({"status": {"embeddable": "true"}}, "resource.status.embeddable"),
        ({"status": {"privacyStatus": "Private"}}, "resource.status.privacyStatus"),
        ({"localizations": {"de": {"colour": "x"}}}, "resource.localizations.de"),
        ([], "object"),
    ],
)
def test_a_body_beyond_the_schema_is_refused_and_says_where(body, at):
    error = refused(lambda: contract().body(method("videos.insert"), body, ["snippet", "status", "localizations"]))
    assert error.reason == "invalid"
    assert at in error.message


def test_a_part_that_is_not_named_may_not_be_sent():
    error = refused(lambda: contract().body(method("videos.update"), {"id": "x", "status": {}}, ["snippet"]))
    assert error.reason == "unexpectedPart"


@pytest.mark.parametrize(
    ("kind", "welcome"),
    [
        ("video/mp4", True),
        ("application/octet-stream", True),
        ("video/mp4; x=1", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_media_types_are_those_of_the_document(kind, welcome):
    assert method("videos.insert").media.takes(kind) == welcome
