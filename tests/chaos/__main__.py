"""`python -m tests.chaos [--short] [--seed N] [--rounds N]`: kills, stops and freezes while films are made, and counts.

A studio of its own under .local/chaos, wiped first and ended last. Prints a table, writes out/chaos.json, and ends with 1 when
a bar of the reliability promises is missed. The short form (for every test run): four kills and a hundred workflows.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos import films, load
from tests.chaos.arena import BACKING, OURS, Arena, arena, table
from tests.chaos.films import Round
from tests.chaos.frozen import freeze_round
from tests.chaos.load import Load, Pace
from tests.support.studio import CHECKOUT

SHORT_KILLS = ("render_worker_1", "ai_jobs", "kafka", "postgres")
OUTAGES = ("credits", "ai_jobs", "kafka", "redis", "s3")
SHORT_PACE = Pace(width=50, pause_s=(0.3, 1.0), most_kills=len(SHORT_KILLS))
FULL_PACE = Pace(width=50, pause_s=(4.0, 12.0), most_kills=10_000)
OUT = CHECKOUT / "out" / "chaos.json"


def say(text: str) -> None:
    """A line at once, for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_rounds(ring: Arena, kills: tuple[str, ...], outages: tuple[str, ...], rng: random.Random) -> list[Round]:
    """Every fault once, with a film each."""
    person = ring.studio.register("enterprise", credits=500)
    plan: list[tuple[Callable[..., Round], str]] = [(films.kill_round, name) for name in kills]
    plan += [(films.outage_round, name) for name in outages]
    done = []
    for strike, name in plan:
        done.append(strike(ring, person, name, rng))
        _tell(done[-1])
    return done


def _tell(done: Round) -> None:
    verdict = "ok" if done.passed else "; ".join(done.wrong)
    say(f"  {done.fault:<10} {done.process:<16} at {done.stage:<22} film after {done.film_s:5.1f} s  {verdict}")


def main() -> int:
    """0 when every bar was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--short", action="store_true", help="four kills and a hundred workflows")
    parser.add_argument("--seed", type=int, default=None, help="the same faults at the same points again")
    parser.add_argument("--rounds", type=int, default=1, help="how often every fault is tried")
    parser.add_argument("--workflows", type=int, default=None, help="default: 100, or 10,000 in the full form")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    rng = random.Random(seed)
    say(f"seed {seed}")
    started = time.monotonic()
    rounds: list[Round] = []
    with arena() as ring:
        say(f"a fresh studio after {time.monotonic() - started:.1f} s")
        for _ in range(options.rounds):
            kills, outages = (SHORT_KILLS, ()) if options.short else ((*OURS, *BACKING), OUTAGES)
            rounds += run_rounds(ring, kills, outages, rng)
        if not options.short:
            ring.studio.admin().ok(
                "POST", f"/admin/users/{ring.studio.admin().id}/credits", {"amount": 50, "reason": "for probes"}
            )
            rounds.append(freeze_round(ring, ring.studio.admin()))
            _tell(rounds[-1])
        workflows = options.workflows or (100 if options.short else 10_000)
        names = SHORT_KILLS if options.short else (*OURS, *BACKING)
        pace = SHORT_PACE if options.short else FULL_PACE
        counted = load.run_load(ring, workflows, names, rng, pace)
        if not options.short and (left := load.orphans_end(ring)):
            counted.wrong.append(left)
        sound = ring.audit(CHECKOUT / "out" / "chaos-audit.json")
    return report(seed, rounds, counted, sound, time.monotonic() - started)


def report(seed: int, rounds: list[Round], counted: Load, sound: bool, seconds: float) -> int:
    """Prints the tables and writes the file; the exit code."""
    say("")
    say(table(films.HEADINGS, [films.row(done) for done in rounds]))
    say("")
    headings = ("workflows", "accepted", "succeeded", "lost", "twice", "kills", "seconds", "passed")
    numbers = (
        counted.workflows, counted.accepted, counted.succeeded, counted.lost, counted.twice, len(counted.kills),
        counted.seconds, counted.passed,
    )  # fmt: skip
    say(table(headings, [numbers]))
    wrong = [f"{done.fault} {done.process}: {what}" for done in rounds for what in done.wrong]
    wrong += [f"workflows: {what}" for what in counted.wrong]
    wrong += [] if sound else ["the ledger's audit found violations"]
    for what in wrong:
        say(f"  missed: {what}")
    passed = not wrong
    _write(
        OUT,
        {
            "passed": passed, "seed": seed, "seconds": round(seconds, 1), "rounds": [done.to_json() for done in rounds],
            "workflows": counted.to_json(), "audit": sound, "missed": wrong,
        },
    )  # fmt: skip
    say(
        f"\n{'every bar was kept' if passed else 'bars were missed'} in {seconds:.0f} s (seed {seed}); written to {OUT.relative_to(CHECKOUT)}"
    )
    return 0 if passed else 1


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
