"""assemble_film: segments joined by stream copy, with sound, soft subtitles, chapters, title and language."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.delivery.join import FilmChapter, FilmPlan, join
from services.render_worker.engines.base import Finished, Output, StepFailed, Work


class Concat:
    """Inputs "segment-0000"… in order, "audio", and "vtt-LANGUAGE" for each language; the same inputs give the same bytes."""

    name = "concat@2"
    kind = pb.STEP_KIND_ASSEMBLE_FILM
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The film. Segments that don't fit together or give another number of frames: SEGMENTS_MISMATCH."""
        params = work.params.assemble_film
        profile = params.profile
        segments = work.inputs_named("segment-")
        if not segments:
            raise StepFailed("INPUT_MISSING", "a film needs at least one segment")
        plan = FilmPlan(
            width=profile.width,
            height=profile.height,
            fps=profile.fps,
            frames=params.frames,
            title=params.title,
            language=params.language,
            chapters=[FilmChapter(chapter.title, chapter.start_ms) for chapter in params.chapters],
            subtitles=[(language, work.input(f"vtt-{language}")) for language in params.subtitle_languages],
        )
        work.progress(0.1)
        film = join(segments, work.input("audio"), work.folder, plan)
        work.progress(1.0)
        duration_s = params.frames / profile.fps
        output = Output("film", film, "video/mp4", duration_s=duration_s, width=profile.width, height=profile.height)
        return Finished(pb.StepResult(assemble_film=pb.AssembleFilmResult(duration_s=duration_s)), [output])
