"""The podcast's overlay: who speaks is lit and moves, who doesn't rests; captions keep their place."""

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering import podcast
from services.render_worker.craft.lettering.podcast_tiles import Showing
from services.render_worker.craft.mouths import Key, MouthTrack, Viseme
from services.render_worker.craft.stage import yuv

_NAMES = ("Mara", "आरव", "Tom", "ليلى")
_SIZES = [(1280, 720), (720, 1280), (720, 720)]
_TRACK = MouthTrack(
    1000, (Key(0, Viseme.CLOSED, 0.0), Key(400, Viseme.OPEN, 0.8)), tuple(0.9 if n > 20 else 0.2 for n in range(50))
)


def _bust(size: int, showing: Showing) -> Picture:
    picture = np.zeros((size, size, 4), np.uint8)
    picture[size // 4 :, size // 4 : -size // 4] = (90, 140, 210, 255)
    picture[size // 2, size // 2] = (10, 10, 10 * len(showing.viseme), 255)
    picture[size // 2, size // 2 + (size // 8) * showing.glance] = 255
    return picture


def _overlay(layout: str, count: int, size: tuple[int, int]) -> podcast.Overlay:
    speakers = [pb.Podcast.Speaker(character_id=str(n), name=_NAMES[n]) for n in range(count)]
    line = pb.TimedLine(character_id="1", start_ms=1000, duration_ms=1000)
    portraits = {str(n): podcast.drawn(_bust) for n in range(count)}
    return podcast.Overlay(pb.Podcast(speakers=speakers, layout=layout), portraits, [line], [_TRACK], size, 24, 72)


def _shown(overlay: podcast.Overlay, number: int, size: tuple[int, int]) -> Picture:
    frame, planes = yuv.blank(*size)
    for patch in overlay.patches(number):
        yuv.lay_patch(planes, patch)
    return np.asarray(yuv.bgr_of(frame, size), np.uint8)


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("layout", ["corner", "full"])
def test_all_that_is_laid_is_on_the_film_and_above_its_captions(layout: str, count: int, size: tuple[int, int]) -> None:
    overlay = _overlay(layout, count, size)
    captions = size[1] * (0.666 if size[1] > size[0] else 0.78)
    for number in (0, 30):
        for patch in overlay.patches(number):
            width, height = patch.cutout.size
            assert (patch.x % 2, patch.y % 2, width % 2, height % 2) == (0, 0, 0, 0)
            assert patch.x >= 0
            assert patch.y >= 0
            assert patch.x + width <= size[0]
            assert patch.y + height <= captions


def test_in_the_corner_the_left_lower_part_is_used_alone() -> None:
    drawn = _shown(_overlay("corner", 3, (1280, 720)), 0, (1280, 720)).max(axis=2) > 12
    columns = np.flatnonzero(drawn.any(axis=0))
    assert columns[-1] < 640
    assert np.flatnonzero(drawn.any(axis=1))[0] > 360


@pytest.mark.parametrize("layout", ["corner", "full"])
def test_whoever_speaks_is_lit_and_only_then(layout: str) -> None:
    overlay = _overlay(layout, 2, (1280, 720))
    silent, speaking, after = (_shown(overlay, number, (1280, 720)).astype(int) for number in (0, 36, 60))
    assert np.abs(speaking - silent).max() > 60
    assert np.array_equal(silent, after)


def test_the_mouth_and_the_wave_follow_the_voice() -> None:
    overlay = _overlay("full", 2, (1280, 720))
    quiet, loud = overlay.patches(26), overlay.patches(44)
    assert quiet[-2] is not loud[-2]
    heights = [(patch.cutout.left < 128).any(axis=1).sum() for patch in (quiet[-1], loud[-1])]
    assert heights[1] > 1.5 * heights[0]


def test_portraits_are_drawn_once_for_each_mouth() -> None:
    overlay = _overlay("full", 2, (1280, 720))
    assert overlay.patches(40)[-2] is overlay.patches(44)[-2]


def test_the_studio_shows_all_of_its_speakers() -> None:
    ground = _overlay("full", 4, (1280, 720)).ground()
    assert ground.shape == (720, 1280, 3)
    assert ground.std() > 15


def test_a_photograph_is_cut_to_the_portrait_and_keeps_its_colours() -> None:
    picture = np.full((300, 500, 3), (20, 120, 220), np.uint8)
    cut = podcast.photo(picture)(120, 160, Showing(Viseme.OPEN))
    assert cut.shape == (160, 120, 4)
    assert (cut[:, :, 3] == 255).all()
    assert np.abs(cut[:, :, :3].astype(int) - (20, 120, 220)).max() <= 2


@pytest.mark.parametrize(("size", "count"), [((720, 720), 3), ((720, 720), 4), ((720, 1280), 3), ((720, 1280), 4)])
def test_in_a_narrow_studio_seats_stand_two_by_two_and_none_covers_another(size: tuple[int, int], count: int) -> None:
    boxes = [seat.box for seat in podcast._full_seats(_NAMES[:count], size)]
    for index, (x, y, wide, tall) in enumerate(boxes):
        assert wide >= size[0] * 0.4
        for left, top, w, h in boxes[index + 1 :]:
            assert left >= x + wide or left + w <= x or top >= y + tall or top + h <= y


@pytest.mark.parametrize("size", [(720, 1280), (720, 720)])
def test_in_a_narrow_film_the_corner_is_a_strip_above_peoples_heads(size: tuple[int, int]) -> None:
    drawn = _shown(_overlay("corner", 4, size), 0, size).max(axis=2) > 12
    assert np.flatnonzero(drawn.any(axis=1))[-1] < size[1] * 0.24


def test_who_listens_looks_to_who_speaks_and_back() -> None:
    overlay = _overlay("full", 3, (1280, 720))
    assert [overlay._glance(place, {1}) for place in range(3)] == [1, 0, -1]
    listening = overlay.patches(40)
    assert {patch.x for patch in listening} >= {seat.box[0] for seat in overlay._seats}
    assert overlay.patches(66) == []


def test_everybody_blinks() -> None:
    overlay = _overlay("full", 2, (1280, 720))
    blinking = [number for number in range(72) if any(shown.shut for _, shown, _ in _kept_at(overlay, number))]
    assert blinking
    assert len(blinking) < 20


def _kept_at(overlay: podcast.Overlay, number: int) -> list[tuple[int, Showing, bool]]:
    overlay._kept.clear()
    overlay.patches(number)
    return list(overlay._kept)
