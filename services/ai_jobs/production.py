"""The second half of a film's plan, once lengths are known: music, segments, mix, words, the film and its checks. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.delivery_plan import DeliveryPlan
from services.ai_jobs.drafts import StepDraft
from services.ai_jobs.fitting import Fit
from services.ai_jobs.picture_plan import PicturePlan
from services.ai_jobs.planning import poster, storyboard_sheet
from services.ai_jobs.sound_plan import SoundPlan
from services.ai_jobs.specs import FilmSpec
from services.ai_jobs.timeline import Timeline


def production(
    spec: FilmSpec,
    board: storyboard_pb2.Storyboard,
    spoken: Sequence[pb.SpeakLineResult],
    fit: Fit,
    title: str,
) -> list[StepDraft]:
    """Everything after the lengths are known, in the order to begin it: what takes one core for long goes beside the segments."""
    timeline = Timeline(spec, board, spoken, fit)
    picture, sound = PicturePlan(spec, board, timeline), SoundPlan(spec, timeline)
    delivery = DeliveryPlan(spec, timeline, title)
    return [
        *([sound.music] if sound.music is not None else []),
        sound.mix(),
        delivery.subtitles(),
        *delivery.translations(),
        poster(spec, picture.posters(), title),
        *picture.animations(),
        storyboard_sheet(spec, board, title),
        delivery.assembly(),
        *([delivery.webm()] if "webm" in spec.formats else []),
        delivery.scenes(),
        delivery.check(sound=sound.anything),
    ]
