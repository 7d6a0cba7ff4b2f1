"""The composition root of ai_jobs."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.ai_jobs.v1 import jobs_pb2_grpc, worker_pb2_grpc

from services.ai_jobs import consumers, rpc, worker_rpc
from services.ai_jobs.clients import Credits, Projects
from services.ai_jobs.deliveries import Deliveries
from services.ai_jobs.dispatch import Dispatch
from services.ai_jobs.engines import Engines
from services.ai_jobs.house import House
from services.ai_jobs.orders import Orders
from services.ai_jobs.pace import Pace
from services.ai_jobs.planner import Planner
from services.ai_jobs.purges import Purges
from services.ai_jobs.quotes import Quotes
from services.ai_jobs.reading import Reading
from services.ai_jobs.service import JobsService
from services.ai_jobs.settings import Settings
from services.ai_jobs.upkeep import Upkeep
from services.kit import dead_letters
from services.kit.bell import Bell
from services.kit.clock import utc_now
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.ids import new_id
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic
from services.kit.storage import Storage

MEASURE_INTERVAL_S = 5.0


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("ai_jobs", settings.database_url.get_secret_value(), settings.database_pool_size)
    bell = Bell(settings.redis_url)
    storage = Storage(settings)
    token = own_token(settings)
    projects_client = Client(settings.projects_grpc_address, "projects", token)
    credits_client = Client(settings.credits_grpc_address, "credits", token)
    projects, credits = Projects(projects_client), Credits(credits_client)

    async def plan() -> None:
        await planner.run()

    planning = Periodic("planner", settings.planner_interval_s, plan)
    house = House(utc_now, new_id, Engines.read(), Pace(), bell, planning.wake)
    planner = Planner(database, house, projects)
    orders = Orders(database, house, projects, credits)
    quotes = Quotes(database, house, orders)
    jobs = JobsService(database, house, projects, credits, orders, quotes)
    reading = Reading(database, house, storage)
    dispatch = Dispatch(database, house, storage)
    upkeep = Upkeep(database, house, dispatch, credits)
    purges = Purges(database, storage)

    consumer = Consumer("ai_jobs", bootstrap)
    consumers.subscribe(consumer, jobs)
    server = Server(settings.ai_jobs_grpc_address, Callers.read(settings))
    server.add(
        jobs_pb2_grpc.add_JobsServiceServicer_to_server,
        rpc.JobsServicer(jobs, quotes, reading),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    server.add(
        worker_pb2_grpc.add_RenderServiceServicer_to_server,
        worker_rpc.RenderServicer(dispatch, Deliveries(database, house, storage)),
        worker_rpc.SERVICE,
        worker_rpc.CALLERS,
    )
    dead_letters.serve(server, "ai_jobs", bootstrap, consumer)
    loops = [
        planning,
        Periodic("lease sweeper", settings.lease_sweep_interval_s, upkeep.sweep_leases),
        Periodic("job sweeper", settings.job_sweep_interval_s, upkeep.sweep_jobs),
        Periodic("hold reconciler", settings.reconcile_interval_s, upkeep.reconcile_holds),
        Periodic("purges", settings.purge_interval_s, purges.sweep),
        Periodic("measures", MEASURE_INTERVAL_S, upkeep.measure),
    ]
    relay = Relay(database, bootstrap)
    return [database, bell, projects_client, credits_client, relay, consumer, server, housekeeping(database), *loops]
