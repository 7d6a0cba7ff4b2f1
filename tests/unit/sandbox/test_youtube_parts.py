"""The small readers: partial responses, films' lengths, captions, pictures, chapters, the day in Pacific time."""

import struct
from datetime import UTC, datetime

import pytest

from deploy.local.sandbox.core import Core
from deploy.local.sandbox.store import Store
from deploy.local.sandbox.youtube_errors import GoogleError
from deploy.local.sandbox.youtube_fields import cut_to
from deploy.local.sandbox.youtube_media import as_vtt, caption_type, duration_s, picture_type
from deploy.local.sandbox.youtube_pages import chapters, described
from deploy.local.sandbox.youtube_quota import Quota, cost

LIST = {"kind": "list", "items": [{"id": "a", "snippet": {"title": "A", "tags": ["x"]}}, {"id": "b"}], "next": "t"}


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("kind", {"kind": "list"}),
        ("items/id,next", {"items": [{"id": "a"}, {"id": "b"}], "next": "t"}),
        ("items(id,snippet/title)", {"items": [{"id": "a", "snippet": {"title": "A"}}, {"id": "b"}]}),
        ("items(snippet(tags)),kind", {"kind": "list", "items": [{"snippet": {"tags": ["x"]}}, {}]}),
        ("*", LIST),
        ("nothing", {}),
    ],
)
def test_fields_leave_what_they_name(fields, left):
    assert cut_to(LIST, fields) == left


@pytest.mark.parametrize("fields", ["items(id", "items)", "a,,b", "/a", "items()"])
def test_fields_that_can_not_be_read_are_refused(fields):
    with pytest.raises(GoogleError):
        cut_to(LIST, fields)


def movie_header(version, scale, length):
    times = struct.pack(">QQIQ" if version else ">IIII", 0, 0, scale, length)
    return b"\0\0\0\x6cmvhd" + bytes([version, 0, 0, 0]) + times + b"\0" * 80


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("before", [0, 3_000_000])
def test_a_films_length_is_read_from_either_end(tmp_path, version, before):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0" * before + movie_header(version, 1000, 61_400))
    assert duration_s(film) == 61


@pytest.mark.parametrize("content", [b"", b"no film", b"mvhd", movie_header(0, 0, 5)])
def test_what_is_no_film_has_no_length(tmp_path, content):
    film = tmp_path / "film.mp4"
    film.write_bytes(content)
    assert duration_s(film) == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"1\n00:00:00,000 --> 00:00:01,500\nHello\n", "srt"),
        (b"\xef\xbb\xbf1\r\n00:00:00,000 --> 00:00:01,500\r\nHello\r\n", "srt"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n", "vtt"),
        (b"WEBVTT\n", ""),
        (b"1\nHello\n", ""),
        (b"Hello", ""),
        (b"\xff\xfe", ""),
        (b"", ""),
    ],
)
def test_captions_are_known_by_their_cues(content, kind):
    assert caption_type(content) == kind


def test_subrip_becomes_webvtt_and_commas_in_words_stay():
    vtt = as_vtt(b"1\n00:00:00,000 --> 00:00:01,500\nWell, 1,5 kettles\n")
    assert vtt == "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.500\nWell, 1,5 kettles\n"


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"\xff\xd8\xff\xe0", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF89a", "image/gif"), (b"<svg", "")],
)
def test_pictures_are_known_by_their_first_bytes(head, kind):
    assert picture_type(head) == kind


@pytest.mark.parametrize(
    ("description", "made"),
    [
        ("0:00 One\n0:10 Two\n1:00:00 Three", True),
        ("0:01 One\n0:12 Two\n0:30 Three", False),
        ("0:00 One\n0:05 Two\n0:30 Three", False),
        ("0:00 One\n0:30 Two", False),
        ("A film about 0:00", False),
    ],
)
def test_chapters_follow_youtubes_rules(description, made):
    assert chapters(described(description)) == made


def test_hours_count_in_a_line_with_a_time():
    assert described("1:02:03 Far\nno time") == [("1:02:03 Far", 3723), ("no time", None)]


@pytest.fixture
def core(tmp_path):
    store = Store(tmp_path)
    yield Core(store, "http://127.0.0.1:1")
    store.close()


def test_the_days_quota_begins_at_midnight_pacific(core):
    quota = Quota(core, {"SANDBOX_YOUTUBE_INSERTS": "1"})
    before, after = datetime(2026, 7, 2, 6, 59, tzinfo=UTC), datetime(2026, 7, 2, 7, 0, tzinfo=UTC)
    quota.spend("videos.insert", "UC1", before)
    with pytest.raises(GoogleError, match="quota"):
        quota.spend("videos.insert", "UC2", before)
    quota.spend("videos.insert", "UC2", after)


def test_a_refused_call_costs_nothing(core):
    quota, now = Quota(core, {"SANDBOX_YOUTUBE_UNITS": "60"}), datetime(2026, 7, 2, tzinfo=UTC)
    quota.spend("playlists.insert", "UC1", now)
    with pytest.raises(GoogleError):
        quota.spend("playlists.insert", "UC1", now)
    assert quota.units_used(now) == 50


def test_a_channel_has_a_limit_of_its_own(core):
    quota, now = Quota(core, {"SANDBOX_YOUTUBE_CHANNEL_UPLOADS": "1"}), datetime(2026, 7, 2, tzinfo=UTC)
    quota.spend("videos.insert", "UC1", now)
    with pytest.raises(GoogleError, match="number of videos"):
        quota.spend("videos.insert", "UC1", now)
    quota.spend("videos.insert", "UC2", now)


@pytest.mark.parametrize(
    ("method", "units"),
    [
        ("videos.list", 1),
        ("videos.update", 50),
        ("captions.insert", 400),
        ("captions.list", 50),
        ("thumbnails.set", 50),
    ],
)
def test_methods_cost_what_the_documentation_says(method, units):
    assert cost(method) == units
