"""Films from the filmmaker's own files, files that are not what they were said to be, and what a plan adds to a film."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.e2e.conftest import Film
from tests.support.studio import Json, Person

SILENT = """\
INT. KITCHEN - NIGHT

Steam rises from a kettle.

EXT. SEA - DAWN

A small boat comes home.
"""
TONE_HZ = 440


def png(colour: tuple[int, int, int] = (200, 0, 200)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (854, 480), colour).save(data, "PNG")
    return data.getvalue()


def tone(seconds: int = 16, rate: int = 16_000) -> bytes:
    data = io.BytesIO()
    wave_form = 12_000 * np.sin(2 * np.pi * TONE_HZ * np.arange(seconds * rate) / rate)
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(wave_form.astype("<i2").tobytes())
    return data.getvalue()


def frames(film: Path, at_s: list[float]) -> list[NDArray[np.int16]]:
    """The frames nearest to these times, RGB."""
    with av.open(str(film)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        wanted = {int(second * rate) for second in at_s}
        decoded = enumerate(container.decode(video=0))
        return [frame.to_ndarray(format="rgb24").astype(np.int16) for index, frame in decoded if index in wanted]


def loudest_hz(film: Path) -> float:
    """The strongest frequency of the film's sound."""
    with av.open(str(film)) as container:
        rate = container.streams.audio[0].rate
        samples = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)])
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


def save(job: Json, path: Path) -> Path:
    path.write_bytes(httpx.get(job["outputs"][0]["url"]).content)
    return path


def test_an_own_picture_is_a_shot_and_own_music_the_sound(filmmaker: Person, tmp_path: Path) -> None:
    project_id = filmmaker.project_with_script(SILENT)
    picture = filmmaker.upload(project_id, "image", "purple.png", "image/png", png())
    music = filmmaker.upload(project_id, "audio", "tone.wav", "audio/wav", tone())
    for asset_id in (picture, music):
        assert filmmaker.ok("POST", f"/assets/{asset_id}/complete")["state"] == "ready"
    job = filmmaker.film(project_id, images=[picture], music={"asset_id": music}, subtitles={"burn": False})
    path = save(job, tmp_path / "film.mp4")
    assert loudest_hz(path) == pytest.approx(TONE_HZ, abs=2)
    shots = [
        shot for scene in filmmaker.ok("GET", f"/projects/{project_id}/scenes")["items"] for shot in scene["shots"]
    ]
    assert [shot["image_asset_id"] for shot in shots].count(picture) == 1
    purple = [frame for frame in frames(path, [1.5 + second for second in range(12)]) if _is_purple(frame)]
    assert 1 <= len(purple) < 12


def _is_purple(frame: NDArray[np.int16]) -> bool:
    red, green, blue = np.median(frame.reshape(-1, 3), axis=0)
    return bool(red > 150 and blue > 150 and green < 60)


def test_a_file_that_is_not_what_it_was_said_to_be_is_refused(filmmaker: Person) -> None:
    project_id = filmmaker.project()
    text = filmmaker.upload(project_id, "image", "notes.png", "image/png", b"these are notes, not a picture")
    filmmaker.refused(422, "ASSET_MISMATCH", "POST", f"/assets/{text}/complete")
    assert filmmaker.ok("GET", f"/assets/{text}")["state"] == "awaiting_upload"
    order = {"project_id": project_id, "options": {"images": [text]}}
    filmmaker.put_script(project_id)
    filmmaker.refused(422, "VALIDATION_FAILED", "POST", "/generate/video", order)


def test_what_is_announced_is_bounded(filmmaker: Person) -> None:
    announced = {
        "project_id": filmmaker.project(), "kind": "image", "filename": "a.png", "content_type": "image/png",
        "size_bytes": 100, "sha256": "0" * 64,
    }  # fmt: skip
    filmmaker.refused(413, "TOO_LARGE", "POST", "/assets/upload", {**announced, "size_bytes": 10_000_001})
    filmmaker.refused(415, "UNSUPPORTED_TYPE", "POST", "/assets/upload", {**announced, "content_type": "image/gif"})
    asset_id = filmmaker.ok("POST", "/assets/upload", announced)["asset_id"]
    filmmaker.refused(409, "UPLOAD_MISSING", "POST", f"/assets/{asset_id}/complete")


def test_storage_refuses_other_bytes_than_were_announced(filmmaker: Person) -> None:
    announced = {
        "project_id": filmmaker.project(), "kind": "image", "filename": "a.png", "content_type": "image/png",
        "size_bytes": 8, "sha256": "0" * 64,
    }  # fmt: skip
    place = filmmaker.ok("POST", "/assets/upload", announced)
    sent = httpx.request(place["method"], place["url"], content=b"whatever", headers=place["headers"])
    assert 400 <= sent.status_code < 500


def test_a_picture_that_cannot_be_decoded_fails_the_film_and_nothing_is_charged(filmmaker: Person) -> None:
    before = filmmaker.settled()["available"]
    project_id = filmmaker.project_with_script(SILENT)
    broken = filmmaker.upload(project_id, "image", "broken.png", "image/png", png()[:60] + b"\0" * 100)
    assert filmmaker.ok("POST", f"/assets/{broken}/complete")["state"] == "ready"
    job = filmmaker.wait_for_end(filmmaker.order(project_id, images=[broken])["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", "INPUT_UNREADABLE")
    assert not job["error"]["retryable"]
    assert job["credits"]["released"] == job["credits"]["held"] == 1
    assert filmmaker.settled()["available"] == before


def test_a_free_users_film_is_720p_and_carries_a_mark_that_a_pro_users_does_not(
    film: Film, film_file: Path, filmmaker: Person, tmp_path: Path
) -> None:
    """The same script with the same seed: the two differ where the mark is, and nowhere else."""
    pro = filmmaker.film(filmmaker.project_with_script(), resolution="720p", seed=7)
    path = save(pro, tmp_path / "pro.mp4")
    assert (film.output("film")["width"], film.output("film")["height"]) == (1280, 720)
    marked, plain = (frames(file, [5.0, 8.0]) for file in (film_file, path))
    for with_mark, without in zip(marked, plain, strict=True):
        different = np.abs(with_mark - without).max(axis=2) > 24
        height, width = different.shape
        corner = different[: height // 8, width * 3 // 4 :].sum()
        assert corner > 500
        # the encoder spends its bits otherwise here and there
        assert different.sum() - corner < 0.02 * corner
    # what is spoken and played is the same to the sample
    sounds = [output["sha256"] for job in (film.job, pro) for output in job["outputs"] if output["kind"] == "audio"]
    assert sounds[0] == sounds[1]
