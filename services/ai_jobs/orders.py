"""What is ordered: everything checked that can be checked without a lock, in the API's order, and priced."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import options, planning, pricing, repository
from services.ai_jobs.clients import Commission, Credits, Projects, commission
from services.ai_jobs.errors import LanguageUnsupported
from services.ai_jobs.house import House
from services.ai_jobs.models import JobKind
from services.ai_jobs.specs import FilmSpec, IdeaSpec
from services.kit.db import Database
from services.kit.errors import Invalid, NotFound

MAX_IDEA_CHARS = 2_000


@dataclass(frozen=True)
class Order:
    """A job about to be created: who asks, for what, and what it costs."""

    user_id: str
    kind: JobKind
    commission: Commission
    options: pb.VideoOptions
    spec: FilmSpec | IdeaSpec
    fingerprint: str
    price: int


class Orders:
    """Takes orders: asks projects and credits for what they are made of, and refuses what can't be made."""

    def __init__(self, database: Database, house: House, projects: Projects, credits: Credits) -> None:
        self._db = database
        self._house = house
        self._projects = projects
        self._credits = credits

    async def film(
        self, user_id: str, kind: JobKind, project_id: str, asked: pb.VideoOptions
    ) -> tuple[Order, FilmSpec]:
        """A film or a storyboard, and its specification; refusals as `options.settle` lists them."""
        found = await commission(self._projects, self._credits, project_id, asked)
        spec = options.settle(
            asked,
            project_id=UUID(found.project.id),
            script=found.script,
            plan=found.plan,
            engines=self._house.engines,
            files=found.files,
        )
        title = planning.film_title(found.script, found.project.title)
        fingerprint = pricing.fingerprint(spec, found.script.elements_sha256, title, found.project.edits_version)
        price = 0
        if kind is JobKind.VIDEO:
            async with self._db.work() as work:
                paid = await repository.succeeded_with(work.session, UUID(found.project.id), fingerprint)
            price = 0 if paid else pricing.credits_for(spec.duration_ms / 1000)
        return Order(user_id, kind, found, asked, spec, fingerprint, price), spec

    async def script(self, user_id: str, request: pb.CreateJobRequest) -> Order:
        """A script to be written of an idea; free. Invalid for an idea without words, LanguageUnsupported."""
        if not request.project_id:
            raise NotFound("a project_id is needed")
        project = await self._projects.get(request.project_id)
        idea = " ".join(request.idea.split())
        if not 3 <= len(idea) <= MAX_IDEA_CHARS or "\0" in idea:
            raise Invalid(f"an idea has 3 to {MAX_IDEA_CHARS} characters", field="idea")
        if not any(char.isalpha() for char in idea):
            raise Invalid("an idea has words: say whom the film is about and what they want", field="idea")
        language = request.language or project.language or "en"
        self._check_language(language)
        spec = IdeaSpec(idea, language, project.title, options.default_seed(UUID(project.id)))
        found = Commission(project, script_pb2.Script(language=language), await self._credits.plan(), options.Files())
        return Order(user_id, JobKind.SCRIPT, found, pb.VideoOptions(), spec, "", 0)

    def _check_language(self, language: str) -> None:
        choice = self._house.engines.of("write_script")
        if not choice.serves(language):
            named = ", ".join(choice.languages)
            raise LanguageUnsupported(
                f"no script can be written in {language!r}: write it yourself, or choose one of {named}",
                supported=",".join(choice.languages),
                field="language",
            )
