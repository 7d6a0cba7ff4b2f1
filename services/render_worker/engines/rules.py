"""`rules@3`: reads a script's typed elements into a storyboard by rules, without a language model."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.directing.story import NothingToFilm, tell
from services.render_worker.engines.base import Finished, StepFailed, Work


class Rules:
    """analyze_script. The ids of scenes and shots are left to projects."""

    name = "rules@3"
    kind = pb.STEP_KIND_ANALYZE_SCRIPT
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """StepFailed SCRIPT_UNREADABLE for a script with neither speech nor action."""
        params = work.params.analyze_script
        try:
            board = tell(params.script, params.duration_ms, list(params.image_asset_ids), work.seed, params.aspect)
        except NothingToFilm as error:
            raise StepFailed("SCRIPT_UNREADABLE", str(error)) from error
        work.progress(1.0)
        return Finished(result=pb.StepResult(analyze_script=pb.AnalyzeScriptResult(storyboard=board)))
