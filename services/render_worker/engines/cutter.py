"""`cutter@1`: each scene of the film alone."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.delivery.scene_cuts import Cut, check_starts, cut
from services.render_worker.engines.base import Finished, Output, StepFailed, Work


class Cutter:
    """cut_scenes: the picture is copied, so that it costs next to nothing."""

    name = "cutter@1"
    kind = pb.STEP_KIND_CUT_SCENES
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The outputs "scene-0001"…, by the scenes' numbers. StepFailed SCENE_MISMATCH, PARAMS_INVALID."""
        params = work.params.cut_scenes
        profile = params.profile
        if profile.fps < 1 or any(planned.frames < 1 for planned in params.cuts):
            raise StepFailed("PARAMS_INVALID", "a scene has at least one frame")
        film = work.input("film")
        scenes = [Cut(planned.scene, planned.start_frame, planned.frames) for planned in params.cuts]
        check_starts(film, scenes, profile.fps)
        outputs = []
        for number, scene in enumerate(scenes, start=1):
            path = cut(film, scene, profile.fps, work.folder)
            duration_s = scene.frames / profile.fps
            outputs.append(Output(path.stem, path, "video/mp4", duration_s, width=profile.width, height=profile.height))
            work.progress(number / len(scenes))
        return Finished(pb.StepResult(cut_scenes=pb.CutScenesResult()), outputs)
