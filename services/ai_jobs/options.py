"""From what a filmmaker asks to a settled specification: every default resolved, every bound checked, in the API's order.

First what is wrong in itself (422), then what the plan does not allow (403).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs.engines import Engines
from services.ai_jobs.errors import LanguageUnsupported, PlanLimit, ScriptTooLong
from services.ai_jobs.lengths import MIN_S, natural_seconds, needed_seconds
from services.ai_jobs.specs import FilmSpec
from services.kit.errors import Invalid

ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
RESOLUTIONS = {"480p": 480, "720p": 720, "1080p": 1080}
FPS = (24, 25, 30)
STYLES = ("flat", "paper", "watercolor", "noir")
MOODS = ("auto", "none", "calm", "happy", "sad", "tense", "tender", "mysterious", "triumphant")
NARRATORS = ("female", "male", "young_female", "young_male", "old_female", "old_male", "child")
FORMATS = ("mp4", "webm")
PODCAST_LAYOUTS = ("corner", "full")
PODCAST_SPEAKERS = range(2, 5)
RAGAS = ("yaman", "bhairav", "bhupali", "darbari", "kafi")
MAX_S, PREVIEW_S = 300, 60
WATERMARK = "AI Film Studio"


@dataclass(frozen=True)
class Files:
    """The filmmaker's files the options name, as projects knows them; images in the order given."""

    images: list[dict[str, Any]] = field(default_factory=list)
    music: dict[str, Any] | None = None
    # language → file
    subtitles: dict[str, dict[str, Any]] = field(default_factory=dict)
    # asset id → picture of a podcast's speaker
    portraits: dict[str, dict[str, Any]] = field(default_factory=dict)


def _choice(value: str, allowed: tuple[str, ...] | dict[str, Any], name: str, default: str) -> str:
    if not value:
        return default
    if value not in allowed:
        raise Invalid(f"{value!r} is not one of {', '.join(allowed)}", field=f"options.{name}")
    return value


def frame_size(aspect: str, resolution: str) -> tuple[int, int]:
    """Pixels, both even; the resolution names the shorter side."""
    short = RESOLUTIONS[resolution]
    wide, high = ASPECTS[aspect]
    long = math.ceil(short * max(wide, high) / min(wide, high) / 2) * 2
    return (long, short) if wide > high else (short, long) if high > wide else (short, short)


def _duration_s(options: pb.VideoOptions, script: script_pb2.Script, plan: credits_pb2.Plan) -> float:
    longest = PREVIEW_S if options.preview else MAX_S
    asked = options.duration_s
    if asked and not MIN_S <= asked <= longest:
        raise Invalid(f"the duration must be {MIN_S} to {longest} seconds", field="options.duration_s")
    needed = needed_seconds(script, asked)
    limit = asked or longest
    if needed > limit:
        raise ScriptTooLong(
            f"the script's speech needs about {needed} s and the film may last {limit:g} s: shorten it or ask for a longer film",
            needed_seconds=needed,
            field="options.duration_s",
        )
    # as long as it wishes to be, but within the plan wherever the speech fits into that
    allowed = max(plan.max_film_seconds, needed)
    return asked or float(min(longest, allowed, natural_seconds(script)))


def _check_languages(options: pb.VideoOptions, language: str) -> None:
    given = sorted(options.subtitles.files)
    if language in given:
        raise Invalid(
            f"subtitles in the film's own language, {language!r}, are made from its speech: give files of other languages only",
            field=f"options.subtitles.files.{language}",
        )
    for index, asked in enumerate(options.subtitles.languages):
        if asked != language and asked not in given:
            raise LanguageUnsupported(
                f"there is no translation into {asked!r}: give it as a file (options.subtitles.files); "
                f"the film's own language is {language!r}",
                supported=",".join([language, *given]),
                field=f"options.subtitles.languages.{index}",
            )


def _podcast(options: pb.VideoOptions, script: script_pb2.Script, files: Files) -> dict[str, Any] | None:
    """Who is shown, under the names of the script; None where no podcast was asked for."""
    if not options.HasField("podcast"):
        return None
    asked = options.podcast
    layout = _choice(asked.layout, PODCAST_LAYOUTS, "podcast.layout", PODCAST_LAYOUTS[0])
    if len(asked.speakers) not in PODCAST_SPEAKERS:
        raise Invalid("a podcast has 2 to 4 speakers", field="options.podcast.speakers")
    names = {name.casefold(): name for name in script.characters}
    speakers = []
    for index, speaker in enumerate(asked.speakers):
        name = names.pop(" ".join(speaker.name.split()).casefold(), None)
        if name is None:
            known = ", ".join(script.characters) or "nobody"
            raise Invalid(
                f"{speaker.name!r} does not speak in the script, or is named twice: who speaks there is {known}",
                field=f"options.podcast.speakers.{index}.name",
            )
        speakers.append({"name": name, "portrait": files.portraits.get(speaker.portrait_asset_id)})
    return {"layout": layout, "speakers": speakers}


def _check_plan(
    plan: credits_pb2.Plan, script: script_pb2.Script, options: pb.VideoOptions, duration_s: float, resolution: str
) -> None:
    if duration_s > plan.max_film_seconds:
        what = "asked for" if options.duration_s else f"that version {script.version} of the script needs"
        raise PlanLimit(
            f"plan {plan.id} allows films of {plan.max_film_seconds} s; the length {what} is {duration_s:g} s",
            limit="duration_s",
            allowed=plan.max_film_seconds,
        )
    if RESOLUTIONS[resolution] > RESOLUTIONS[plan.max_resolution]:
        raise PlanLimit(
            f"plan {plan.id} allows up to {plan.max_resolution}", limit="resolution", allowed=plan.max_resolution
        )


def _resolution(options: pb.VideoOptions, plan: credits_pb2.Plan) -> str:
    best = plan.max_resolution
    if options.preview:
        best = min(best, "720p", key=lambda name: RESOLUTIONS[name])
        if options.resolution and RESOLUTIONS.get(options.resolution, 0) > RESOLUTIONS["720p"]:
            raise Invalid("a preview is at most 720p", field="options.resolution")
    return _choice(options.resolution, RESOLUTIONS, "resolution", best)


def _engines(options: pb.VideoOptions, engines: Engines) -> dict[str, str]:
    chosen = engines.names()
    for kind, name in options.engines.items():
        found = engines.named(kind, name)
        if found is None:
            raise Invalid(f"there is no engine {name!r} for {kind!r}", field=f"options.engines.{kind}")
        chosen[kind] = found.engine
    return chosen


def default_seed(project_id: UUID) -> int:
    """The project's own seed, so that a second run is the same film."""
    return int.from_bytes(hashlib.sha256(project_id.bytes).digest()[:4], "big") & 0x7FFFFFFF


def settle(
    options: pb.VideoOptions,
    *,
    project_id: UUID,
    script: script_pb2.Script,
    plan: credits_pb2.Plan,
    engines: Engines,
    files: Files,
) -> FilmSpec:
    """The film's specification; Invalid, ScriptTooLong, LanguageUnsupported or PlanLimit, in the API's order."""
    aspect = _choice(options.aspect, ASPECTS, "aspect", "16:9")
    fps = options.fps or FPS[0]
    if fps not in FPS:
        raise Invalid(f"fps must be one of {', '.join(map(str, FPS))}", field="options.fps")
    style = _choice(options.style, STYLES, "style", STYLES[0])
    mood = _choice(options.music.mood, MOODS, "music.mood", "auto")
    raga = _choice(options.music.raga, RAGAS, "music.raga", "")
    volume = options.music.volume if options.music.HasField("volume") else 0.5
    if not 0 <= volume <= 1:
        raise Invalid("the music's volume must be 0 to 1", field="options.music.volume")
    seed = options.seed if options.HasField("seed") else default_seed(project_id)
    if not 0 <= seed < 2**31:
        raise Invalid("the seed must be 0 to 2147483647", field="options.seed")
    narrator = _choice(options.narrator.voice, NARRATORS, "narrator.voice", "")
    for asked_format in options.formats:
        _choice(asked_format, FORMATS, "formats", "mp4")
    podcast = _podcast(options, script, files)
    resolution = _resolution(options, plan)
    chosen_engines = _engines(options, engines)
    _check_languages(options, script.language)
    duration_s = _duration_s(options, script, plan)
    _check_plan(plan, script, options, duration_s, resolution)
    width, height = frame_size(aspect, resolution)
    # one's own stands beside the studio's where that is due, never in its place
    marks = (WATERMARK if options.preview or plan.watermark else "", " ".join(options.overlay.watermark.split()))
    return FilmSpec(
        width=width,
        height=height,
        fps=fps,
        duration_ms=round(duration_s * 1000),
        aspect=aspect,
        resolution=resolution,
        style=style,
        language=script.language,
        seed=seed,
        burn_captions=options.subtitles.burn if options.subtitles.HasField("burn") else True,
        watermark=" · ".join(filter(None, marks)),
        intro=options.overlay.intro if options.overlay.HasField("intro") else True,
        outro=options.overlay.outro if options.overlay.HasField("outro") else True,
        music_mood=mood,
        music_raga=raga,
        music_volume=volume,
        music_asset=files.music,
        images=files.images,
        engines=chosen_engines,
        narrator=narrator,
        # the first language named is the one in the picture; all are tracks and files
        burn_language=options.subtitles.languages[0] if options.subtitles.languages else script.language,
        subtitle_files=files.subtitles,
        formats=sorted(set(options.formats) - {"mp4"}),
        podcast=podcast,
    )


def options_sha256(options: pb.VideoOptions) -> str:
    """What a quote binds besides the script version."""
    return hashlib.sha256(options.SerializeToString(deterministic=True)).hexdigest()
