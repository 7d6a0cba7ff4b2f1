"""write_script by rules: a bare idea becomes a small story of three scenes, and the script says so."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.story.storytelling import IdeaEmpty, LanguageUnsupported, write
from services.render_worker.engines.base import Finished, StepFailed, Work


class Storyteller:
    """Writes Fountain. The same idea, language, title and seed give the same text."""

    name = "storyteller@1"
    kind = pb.STEP_KIND_WRITE_SCRIPT
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """A language without plots: LANGUAGE_UNSUPPORTED; an idea without a word: IDEA_EMPTY."""
        params = work.params.write_script
        try:
            text = write(params.idea, params.language or "en", params.title, work.seed)
        except LanguageUnsupported as error:
            raise StepFailed("LANGUAGE_UNSUPPORTED", str(error.args[0])) from error
        except IdeaEmpty as error:
            raise StepFailed("IDEA_EMPTY", str(error)) from error
        work.progress(1.0)
        return Finished(result=pb.StepResult(write_script=pb.WriteScriptResult(text=text)))
