"""`cues@3`: the subtitles that burned captions show too, as files; or a translation by hand, checked and broken anew."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.lettering.captions import Cue, columns_for, split_cues
from services.render_worker.craft.lettering.subtitle_files import MOST_BYTES, SubtitlesUnreadable, read, rewritten
from services.render_worker.craft.lettering.subtitles import to_ass, to_srt, to_vtt
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_lines

_DEFAULT_SIZE = (1920, 1080)


class Cues:
    """Writes "vtt", "srt" and "ass". A film without speech gets valid files without cues."""

    name = "cues@3"
    kind = pb.STEP_KIND_WRITE_SUBTITLES
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The three files, and how many cues each holds. StepFailed SUBTITLES_UNREADABLE for a file that is none."""
        params = work.params.write_subtitles
        size = (params.profile.width, params.profile.height) if params.profile.width else _DEFAULT_SIZE
        cues = self._cues(work, size)
        files = [
            ("vtt", "text/vtt", to_vtt(cues)),
            ("srt", "application/x-subrip", to_srt(cues)),
            ("ass", "text/x-ssa", to_ass(cues, *size, params.language)),
        ]
        outputs = []
        for name, content_type, text in files:
            path = work.folder / f"subtitles.{name}"
            path.write_text(text, encoding="utf-8", newline="\n")
            outputs.append(
                Output(name, path, content_type, duration_s=params.duration_ms / 1000, language=params.language)
            )
        work.progress(1.0)
        result = pb.WriteSubtitlesResult(cues=len(cues), fast_cues=sum(cue.is_fast for cue in cues))
        return Finished(pb.StepResult(write_subtitles=result), outputs)

    def _cues(self, work: Work, size: tuple[int, int]) -> list[Cue]:
        params = work.params.write_subtitles
        columns = columns_for(size, params.language)
        if not params.from_file:
            return split_cues(spoken_lines(params.lines), max_chars=columns, until_ms=params.duration_ms)
        with work.input("file").open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        try:
            cues = rewritten(read(data), max_chars=columns, until_ms=params.duration_ms)
        except SubtitlesUnreadable as error:
            raise StepFailed("SUBTITLES_UNREADABLE", str(error)) from error
        if not cues:
            raise StepFailed(
                "SUBTITLES_UNREADABLE",
                f"every cue begins after the film's end at {params.duration_ms / 1000:.1f} s: give the file made for this film",
            )
        return cues
