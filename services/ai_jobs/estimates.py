"""How long steps take: units of work by kind, times the seconds a unit was measured to take here.

The seconds below serve until something is measured; they were read off a two-core machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

# seconds per unit of `units`
DEFAULT_SECONDS = {
    "analyze_script": 0.5,
    "draw_frame": 0.45,
    "animate_shot": 0.018,
    "speak_line": 0.2,
    "compose_music": 4.0,
    "mix_audio": 4.0,
    "write_subtitles": 0.1,
    "assemble_film": 1.0,
    "make_thumbnail": 0.5,
    "check_quality": 4.0,
    "write_script": 0.3,
    "sync_lips": 0.05,
    "cut_scenes": 1.5,
    "draw_storyboard": 1.5,
    "encode_webm": 60.0,
    "wait": 1.0,
}
# a film's usual make-up, for quotes, before anything is analysed
SECONDS_PER_SHOT = 4.5
SECONDS_PER_LINE = 4.0


def units(params: pb.StepParams) -> float:
    """How much work a step is: megapixels drawn, megapixels moved, hundred characters spoken, minutes of film or sound."""
    match params.WhichOneof("kind"):
        case "draw_frame":
            return params.draw_frame.profile.width * params.draw_frame.profile.height / 1e6
        case "animate_shot":
            shot = params.animate_shot
            return shot.frames * shot.profile.width * shot.profile.height / 1e6
        case "speak_line":
            return max(0.2, len(params.speak_line.text) / 100)
        case "compose_music":
            return params.compose_music.duration_ms / 60_000
        case "mix_audio":
            return params.mix_audio.duration_ms / 60_000
        case "assemble_film":
            film = params.assemble_film
            return film.frames / max(1, film.profile.fps) / 60
        case "check_quality":
            return params.check_quality.duration_ms / 60_000
        case "encode_webm":
            webm = params.encode_webm
            return webm.duration_ms / 60_000 * webm.profile.width * webm.profile.height / 1e6
        case "wait":
            return params.wait.seconds
        case _:
            return 1.0


def seconds(kind: str, params: pb.StepParams, measured: Mapping[str, float]) -> float:
    """Expected seconds of work. `measured`: kind → seconds per unit."""
    return max(0.02, units(params) * measured.get(kind, DEFAULT_SECONDS.get(kind, 1.0)))


def film_seconds(width: int, height: int, fps: int, duration_s: float, measured: Mapping[str, float]) -> float:
    """Expected seconds of work of a whole film that was not analysed yet."""
    megapixels = width * height / 1e6
    amounts = {
        "analyze_script": 1.0,
        "draw_frame": megapixels * (duration_s / SECONDS_PER_SHOT + 2),
        "animate_shot": megapixels * duration_s * fps,
        "speak_line": duration_s / SECONDS_PER_LINE * 0.5,
        "compose_music": duration_s / 60,
        "mix_audio": duration_s / 60,
        "assemble_film": duration_s / 60,
        "check_quality": duration_s / 60,
        "make_thumbnail": 1.0,
    }
    return sum(amount * measured.get(kind, DEFAULT_SECONDS[kind]) for kind, amount in amounts.items())
