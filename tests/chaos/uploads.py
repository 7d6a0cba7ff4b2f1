"""`python -m tests.chaos.uploads [--short] [--seed N]`: uploads to YouTube, killed at every turn, counted.

The uploader is a real process, killed with SIGKILL at the very byte: on both sides of each boundary of 256 KiB and at random
bytes of a 3 MiB and a 20 MiB film, with chunks of 256 KiB and of 8 MiB, and at each answer that it may lose; with 503, short
308, 404 and 410 besides. In the end YouTube has each film exactly once, equal by SHA-256, of one videos.insert; of one more
only where the session was lost and no video exists. Prints a table, and ends with 1 when that is missed anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog
from filmstudio.ai_jobs.v1 import jobs_pb2

from services.youtube.publication_models import Publication
from services.youtube.resumable import CHUNK_UNIT
from tests.chaos.upload_arena import Arena, NotUploaded, upload_arena
from tests.chaos.upload_gate import AtAnswer, AtByte, Point
from tests.support.films import film_bytes
from tests.support.studio import CHECKOUT

MIB = 1024 * 1024
FILMS = (3 * MIB, 20 * MIB)
CHUNKS = (256 * 1024, 8 * MIB)
RANDOM_KILLS, SHORT_RANDOM_KILLS = 50, 3
INSERT = AtAnswer(b"POST", b"/upload/")
OUT = CHECKOUT / "out" / "chaos-uploads.json"


@dataclass
class Row:
    """A line of the table: uploads of one kind."""

    film: int
    chunk: int
    what: str
    uploads: int = 0
    kills: int = 0
    videos: int = 0
    inserts: int = 0
    lost_sessions: int = 0
    equal: bool = True
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Film:
    """A film on the shelf."""

    job: jobs_pb2.Job
    sha256: str
    size: int


Steps = Callable[[Arena, Publication, Film, int], Awaitable[None]]


async def killed_at(arena: Arena, row: Publication, points: Sequence[Point], chunk: int) -> None:
    """Upload with a kill at each point, in order, and once more to the end."""
    for point in points:
        arena.gate.arm(point)
        arena.start(chunk)
        await arena.struck()
        await arena.as_if_later(row)
    arena.start(chunk)
    await arena.uploaded(row)
    arena.kill()
    arena.kills -= 1


def boundaries(size: int, every: int) -> list[Point]:
    """Both sides of each boundary of 256 KiB, or of every so many of them. At the film's end there is one, and its answer lost."""
    ends = range(size, 0, -CHUNK_UNIT * every)[::-1]
    return [AtByte(byte) for end in ends for byte in (end - 1, end + 1 if end < size else end)]


def at_boundaries(every: int) -> Steps:
    """One upload, killed on and on."""

    async def steps(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
        await killed_at(arena, row, boundaries(film.size, every), chunk)

    return steps


def at_byte(byte: int) -> Steps:
    """One upload, killed once."""

    async def steps(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
        await killed_at(arena, row, [AtByte(byte)], chunk)

    return steps


async def after_the_insert(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
    """YouTube has opened a session, and nobody knows its address."""
    await killed_at(arena, row, [INSERT], chunk)


async def after_the_video(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
    """YouTube has made the video, and three processes in a row die before they can keep that."""
    asked = AtAnswer(b"PUT", b"/upload/")
    await killed_at(arena, row, [AtByte(film.size), asked, asked], chunk)


async def after_the_video_session_lost(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
    """The same, and the session is gone by then."""
    arena.gate.arm(AtByte(film.size))
    arena.start(chunk)
    await arena.struck()
    await arena.box.fault("youtube", "PUT /api/upload/*", "status:410" if chunk == CHUNKS[0] else "lost_session")
    await arena.as_if_later(row)
    await killed_at(arena, row, [], chunk)


def with_fault(fault: str, times: int, match: str = "PUT /api/upload/*") -> Steps:
    """Killed in the middle; then something goes wrong at YouTube."""

    async def steps(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
        arena.gate.arm(AtByte(film.size // 2 + 12_345))
        arena.start(chunk)
        await arena.struck()
        await arena.box.fault("youtube", match, fault, times)
        await arena.as_if_later(row)
        await killed_at(arena, row, [], chunk)

    return steps


def from_the_start(fault: str, times: int, match: str) -> Steps:
    """Something goes wrong at YouTube from the start."""

    async def steps(arena: Arena, row: Publication, film: Film, chunk: int) -> None:
        await arena.box.fault("youtube", match, fault, times)
        await killed_at(arena, row, [], chunk)

    return steps


TROUBLES: Sequence[tuple[str, Steps, int]] = (
    # the last: how many sessions may be lost
    ("killed after videos.insert answered", after_the_insert, 1),
    ("killed after the video was made, x3", after_the_video, 0),
    ("killed so, and the session is gone", after_the_video_session_lost, 0),
    ("503 at videos.insert, x3", from_the_start("status:503", 3, "POST /api/upload/*"), 0),
    ("killed, then 503, x3", with_fault("status:503", 3), 0),
    ("killed, then short 308, x3", with_fault("short_308", 3), 0),
    ("killed, then 404: session lost", with_fault("lost_session", 1), 1),
    ("killed, then 410 for good", with_fault("status:410", 2), 1),
    ("short 308 from the start, x5", from_the_start("short_308", 5, "PUT /api/upload/*"), 0),
)


async def run(arena: Arena, table_row: Row, film: Film, steps: Steps, may_lose: int = 0) -> None:
    """One upload, counted into its row."""
    began, inserts, kills = time.monotonic(), await arena.inserts(), arena.kills
    publication = await arena.publish(arena.films.again(film.job))
    try:
        await steps(arena, publication, film, table_row.chunk)
    except (NotUploaded, TimeoutError) as error:
        table_row.wrong.append(f"{type(error).__name__} {error}".strip())
        kills_now = arena.kills
        arena.kill()
        arena.kills = kills_now
    await arena.box.clear_faults()
    await arena.forget(publication)
    videos, made = await arena.videos(publication), await arena.inserts() - inserts
    lost = made - 1
    table_row.uploads += 1
    table_row.kills += arena.kills - kills
    table_row.videos += len(videos)
    table_row.inserts += made
    table_row.lost_sessions += max(lost, 0)
    equal = [video["sha256"] == film.sha256 and video["size_bytes"] == film.size for video in videos] == [True]
    table_row.equal = table_row.equal and equal
    if len(videos) != 1:
        table_row.wrong.append(f"{len(videos)} videos")
    if not 0 <= lost <= may_lose:
        table_row.wrong.append(f"{made} inserts")
    table_row.seconds += time.monotonic() - began


async def proof(short: bool, rng: random.Random) -> list[Row]:
    """Every upload of the proof."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        async with upload_arena(Path(folder)) as arena:
            for size in FILMS[:1] if short else FILMS:
                content = film_bytes(size, rng.randrange(1_000_000))
                film = Film(await arena.films.put(content, arena.user_id), hashlib.sha256(content).hexdigest(), size)
                for chunk in CHUNKS[:1] if short else CHUNKS:
                    await one_kind(arena, rows, film, chunk, short, rng)
    return rows


async def one_kind(arena: Arena, rows: list[Row], film: Film, chunk: int, short: bool, rng: random.Random) -> None:
    """All that is done with one film in one size of chunks."""

    async def line(what: str, all_steps: Sequence[Steps], may_lose: int = 0) -> None:
        rows.append(Row(film.size, chunk, what))
        for steps in all_steps:
            await run(arena, rows[-1], film, steps, may_lose)
        tell(rows[-1])

    await line(f"killed around each {'1.5 MiB' if short else '256 KiB'}", [at_boundaries(6 if short else 1)])
    kills = SHORT_RANDOM_KILLS if short else -(-RANDOM_KILLS // (len(FILMS) * len(CHUNKS)))
    await line("killed at a random byte", [at_byte(rng.randrange(1, film.size)) for _ in range(kills)])
    for what, steps, may_lose in TROUBLES:
        await line(what, [steps], may_lose)


def say(text: str) -> None:
    """A line at once, for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


HEAD = f"{'film':>7} {'chunk':>8}  {'what':<38} {'uploads':>7} {'kills':>5} {'videos':>6} {'inserts':>7}  {'sha-256':<9} {'s':>5}"


def tell(row: Row) -> None:
    """A line of the table."""
    equal = "equal" if row.equal else "DIFFERENT"
    say(
        f"{row.film // MIB:>3} MiB {row.chunk // 1024:>4} KiB  {row.what:<38} {row.uploads:>7} {row.kills:>5} "
        f"{row.videos:>6} {row.inserts:>7}  {equal:<9} {row.seconds:>5.1f}  {'; '.join(row.wrong)}".rstrip()
    )


def quiet() -> None:
    """What is killed all the time has much to say."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main() -> int:
    """0 when every film is there once."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.uploads", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the small film in small chunks, and fewer random kills")
    parser.add_argument("--seed", type=int, default=None, help="the same films and bytes again")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    began = time.monotonic()
    quiet()
    say(f"seed {seed}")
    say(HEAD)
    rows = asyncio.run(proof(options.short, random.Random(seed)))
    wrong = [row for row in rows if row.wrong or not row.equal]
    uploads, kills, lost = (
        sum(values) for values in zip(*((r.uploads, r.kills, r.lost_sessions) for r in rows), strict=True)
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        json.dumps({"passed": not wrong, "seed": seed, "rows": [asdict(row) for row in rows]}, indent=2) + "\n"
    )
    say(
        f"{uploads} uploads, {kills} kills, {lost} sessions lost, {time.monotonic() - began:.0f} s: "
        f"{'every film is there once' if not wrong else f'{len(wrong)} lines are wrong'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
