"""`webm@1`: the finished film as WebM beside its MP4."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.delivery import webm
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

# Wall clock at worst, many times what it takes.
_SECONDS_A_FILM_SECOND = 20.0


class Webm:
    """encode_webm."""

    name = "webm@1"
    kind = pb.STEP_KIND_ENCODE_WEBM
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The output "webm". StepFailed ENCODER_FAILED, MEDIA_TIMEOUT, PARAMS_INVALID."""
        params = work.params.encode_webm
        profile = params.profile
        if params.duration_ms < 1:
            raise StepFailed("PARAMS_INVALID", "a film has a length")
        duration_s = params.duration_ms / 1000
        path = work.folder / "film.webm"
        webm.encode(
            work.input("film"),
            path,
            height=min(profile.width, profile.height),
            duration_s=duration_s,
            timeout_s=60 + _SECONDS_A_FILM_SECOND * duration_s,
            progress=work.progress,
        )
        output = Output("webm", path, "video/webm", duration_s, width=profile.width, height=profile.height)
        return Finished(pb.StepResult(encode_webm=pb.EncodeWebmResult()), [output])
