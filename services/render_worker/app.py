"""A render worker, wired together."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.ai_jobs.v1 import worker_pb2_grpc

from services.kit.identity import own_token
from services.kit.listener import Listener
from services.kit.rpc import Client
from services.kit.runtime import Part
from services.render_worker.cache import Cache
from services.render_worker.claims import Worker
from services.render_worker.leftovers import kill_leftovers
from services.render_worker.pool import Pool
from services.render_worker.render_calls import RenderCalls
from services.render_worker.settings import Settings
from services.render_worker.transfers import Transfers

STEPS_TOPIC = "ai-jobs.steps.v1"


def build(settings: Settings) -> Sequence[Part]:
    """The parts of a worker, in starting order."""
    folder = settings.worker_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kill_leftovers(folder)
    client = Client(settings.ai_jobs_grpc_address, "ai_jobs", own_token(settings))
    stub = client.stub(worker_pb2_grpc.RenderServiceStub)
    transfers = Transfers(Cache(folder / "cache", settings.worker_cache_bytes))
    calls = RenderCalls(stub, transfers, settings.worker_name)
    pool = Pool(settings.worker_slots, settings.engines, folder, on_free=lambda: worker.claim_soon())
    worker = Worker(calls, pool, transfers, settings.lanes, folder / "steps")
    listener = Listener(settings.kafka_bootstrap_servers, STEPS_TOPIC, worker.hear)
    return [client, transfers, pool, worker, listener]
