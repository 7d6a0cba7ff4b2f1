"""write_subtitles: the cues that burned captions show too, as files."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.captions import split_cues
from services.render_worker.craft.subtitles import to_ass, to_srt, to_vtt
from services.render_worker.engines.base import Finished, Output, Work
from services.render_worker.engines.timing import spoken_lines

_DEFAULT_SIZE = (1920, 1080)


class Cues:
    """Writes "vtt", "srt" and "ass". A film without speech gets valid files without cues."""

    name = "cues@1"
    kind = pb.STEP_KIND_WRITE_SUBTITLES
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The three files, and how many cues each holds."""
        params = work.params.write_subtitles
        cues = split_cues(spoken_lines(params.lines), until_ms=params.duration_ms)
        size = (params.profile.width, params.profile.height) if params.profile.width else _DEFAULT_SIZE
        files = [
            ("vtt", "text/vtt", to_vtt(cues)),
            ("srt", "application/x-subrip", to_srt(cues)),
            ("ass", "text/x-ssa", to_ass(cues, *size)),
        ]
        outputs = []
        for name, content_type, text in files:
            path = work.folder / f"subtitles.{name}"
            path.write_text(text, encoding="utf-8", newline="\n")
            outputs.append(
                Output(name, path, content_type, duration_s=params.duration_ms / 1000, language=params.language)
            )
        work.progress(1.0)
        return Finished(pb.StepResult(write_subtitles=pb.WriteSubtitlesResult(cues=len(cues))), outputs)
