"""A project's script: read at the door, kept in all its versions."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from filmstudio.projects.v1 import projects_pb2, script_pb2

from services.kit import paging
from services.kit.clock import Now, utc_now
from services.kit.db import Database
from services.kit.errors import Invalid
from services.projects import events, languages, reading, repository, writing
from services.projects.errors import ScriptMissing, TooLarge
from services.projects.models import ScriptVersion, require_match
from services.projects.service import required_project
from services.projects.speech_estimate import spoken_seconds

MAX_TEXT_BYTES = 200_000
Kind = script_pb2.ScriptElement


@dataclass(frozen=True)
class ReadScript:
    """What a text says, before it is anybody's version."""

    format: script_pb2.ScriptFormat.ValueType
    text: str
    language: str
    elements: list[script_pb2.ScriptElement]

    def version(self, project_id: UUID, number: int, now: Now) -> ScriptVersion:
        """What was read, as a version of a project's script."""
        headings = sum(element.kind == Kind.KIND_HEADING for element in self.elements)
        titles = [element.text for element in self.elements if element.kind == Kind.KIND_TITLE]
        return ScriptVersion(
            project_id=project_id,
            version=number,
            format=self.format,
            text=self.text,
            language=self.language,
            title=titles[0] if titles else "",
            elements=script_pb2.Script(elements=self.elements).SerializeToString(deterministic=True),
            elements_sha256=elements_sha256(self.language, self.elements),
            spoken_seconds=spoken_seconds(self.elements, self.language),
            scenes=max(1, headings),
            characters=speaking(self.elements),
            created_at=now(),
        )


def elements_sha256(language: str, elements: Iterable[script_pb2.ScriptElement]) -> str:
    """SHA-256 (hex) over the language and each element, each preceded by its length."""
    digest = hashlib.sha256(language.encode())
    for element in elements:
        data = element.SerializeToString(deterministic=True)
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.hexdigest()


def speaking(elements: Iterable[script_pb2.ScriptElement]) -> list[str]:
    """Names of those who say something, in order of appearance; "Tom" and "TOM" are one."""
    names: dict[str, str] = {}
    name = ""
    for element in elements:
        if element.kind == Kind.KIND_CHARACTER:
            name = element.text
        elif element.kind in (Kind.KIND_DIALOGUE, Kind.KIND_LYRIC) and name:
            names.setdefault(name.casefold(), name)
        elif element.kind != Kind.KIND_PARENTHETICAL:
            name = ""
    return list(names.values())


def read_script(script_format: script_pb2.ScriptFormat.ValueType, text: str, language: str) -> ReadScript:
    """Read a text; TooLarge, LanguageUnsupported, Invalid, ScriptUnreadable in this order, and Invalid again for a language whose
    voice can't read these letters.
    """
    size = len(text.encode())
    if size > MAX_TEXT_BYTES:
        raise TooLarge(
            f"the script has {size:,} bytes, at most {MAX_TEXT_BYTES:,} are taken: split it into several films",
            limit_bytes=MAX_TEXT_BYTES,
        )
    spoken = languages.normalized(language)
    if script_format not in script_pb2.ScriptFormat.values() or not script_format:
        raise Invalid("format is one of fountain, fdx, markdown, plain", field="format")
    elements = reading.read(script_format, text)
    writing.require_readable(elements, spoken)
    return ReadScript(script_format, text, spoken, elements)


class ScriptsService:
    """The use cases of scripts."""

    def __init__(self, db: Database, now: Now = utc_now) -> None:
        self._db = db
        self._now = now

    async def put(self, user_id: str, request: projects_pb2.PutScriptRequest) -> ScriptVersion:
        """The text as the project's script: a new version, unless it is the present one. EtagMismatch against the version."""
        # first: about a project that isn't the user's nothing else is said
        async with self._db.work() as work:
            await required_project(work, user_id, request.project_id)
        # in a thread: 200 kB take a while, and other calls go on meanwhile
        script = await asyncio.to_thread(read_script, request.format, request.text, request.language)
        async with self._db.work() as work:
            project = await required_project(work, user_id, request.project_id, locked=True)
            require_match(request.if_match, project.script_version, "script")
            present = await repository.script(work.session, project.id, project.script_version)
            if present is not None and present.says(script.format, script.text, script.language):
                return present
            version = script.version(project.id, project.script_version + 1, self._now)
            project.take_script(version, self._now())
            work.save(version, events.project_updated(project))
            return version

    async def get(self, user_id: str, project_id: str, version: int) -> ScriptVersion:
        """One version, the latest for 0; ScriptMissing where there is none."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id)
            script = await repository.script(work.session, project.id, version or project.script_version)
        if script is None:
            raise ScriptMissing("this project has no script yet: put one first" if not version else "no such version")
        return script

    async def page(
        self, user_id: str, project_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[ScriptVersion], str]:
        """Versions, newest first, and the token of the next page."""
        size = paging.size(page_size)
        after = paging.after(page_token)
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id)
            rows = await repository.scripts_page(work.session, project.id, after.int if after else None, size + 1)
        # a version counts within its project: as the low bits of an id it makes a token like any other
        return paging.cut(rows, size, [UUID(int=row.version) for row in rows])
