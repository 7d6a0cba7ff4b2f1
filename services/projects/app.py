"""The composition root of projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from filmstudio.credits.v1 import credits_pb2_grpc
from filmstudio.projects.v1 import projects_pb2_grpc

from services.kit import dead_letters
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic
from services.kit.storage import Storage
from services.projects import consumers, rpc
from services.projects.assets import AssetsService
from services.projects.edits import EditsService
from services.projects.plans import CreditsPlans
from services.projects.scripts import ScriptsService
from services.projects.service import ProjectsService
from services.projects.settings import Settings
from services.projects.storyboards import StoryboardsService
from services.projects.sweeper import Sweeper


def build(settings: Settings) -> Sequence[Part]:
    """The parts of projects, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    restorable = timedelta(days=settings.restorable_days)
    database = Database("projects", settings.database_url.get_secret_value(), settings.database_pool_size)
    credits = Client(settings.credits_grpc_address, "credits", own_token(settings))
    stub = credits.stub(credits_pb2_grpc.CreditsServiceStub)
    storage = Storage(settings)
    projects = ProjectsService(database, CreditsPlans(stub), restorable)
    assets = AssetsService(database, storage)
    consumer = Consumer("projects", bootstrap)
    consumers.subscribe(consumer, projects)
    storyboards, edits = StoryboardsService(database), EditsService(database)
    servicer = rpc.ProjectsServicer(projects, ScriptsService(database), storyboards, edits, assets)
    server = Server(settings.projects_grpc_address, Callers.read(settings))
    server.add(projects_pb2_grpc.add_ProjectsServiceServicer_to_server, servicer, rpc.SERVICE, rpc.CALLERS)
    dead_letters.serve(server, "projects", bootstrap, consumer)
    sweeper = Sweeper(database, storage, assets, restorable)
    sweeping = Periodic("sweeper", settings.sweep_interval_s, sweeper.sweep)
    return [database, credits, Relay(database, bootstrap), consumer, server, housekeeping(database), sweeping]
