"""The report as one page of HTML that needs nothing beside it: pictures, wave and cue sheet are inside."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

import cv2

from cli.progress import stage_name
from deploy.local.craft_report_film import EVERY_S, Cue, Film, Shot, Still
from deploy.local.craft_report_measures import Measure, measures

_JPEG_QUALITY = 82
# The wave's drawing: its width, the wave's height, a lane's height.
_WIDE, _TALL, _LANE = 1200, 110, 30
_STYLE = """
:root{--paper:#faf8f4;--ink:#1d1b19;--soft:#6f6a63;--line:#e2dcd2;--accent:#b4532a;--good:#2f7d4f;--bad:#b3261e;--lane:#efe9df}
@media(prefers-color-scheme:dark){:root{--paper:#161513;--ink:#ece7de;--soft:#9d968b;--line:#33302b;--accent:#e58a5c;--good:#6cc08f;
--bad:#ff8a80;--lane:#25221e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,"Noto Sans",sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1240px;margin:0 auto;padding:56px 28px 96px}
h1{font:600 44px/1.1 ui-serif,Georgia,"Noto Serif",serif;letter-spacing:-.015em;margin:0 0 10px}
h2{font:600 21px/1.3 ui-serif,Georgia,"Noto Serif",serif;margin:56px 0 16px}
p{margin:0 0 12px;max-width:72ch}.soft{color:var(--soft)}
.sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(var(--cell),1fr));gap:10px}
figure{margin:0}figure img{display:block;width:100%;border-radius:4px}
figcaption{font-size:12px;color:var(--soft);padding:4px 1px 0;display:flex;justify-content:space-between;gap:8px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th{font-weight:500;font-size:12px;color:var(--soft);text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--line)}
td{padding:8px 14px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}tr.scene td{padding-top:22px;font-weight:600;border-bottom:1px solid var(--accent)}
.good{color:var(--good)}.bad{color:var(--bad);font-weight:600}
svg{display:block;width:100%;height:auto}svg text{font:11px ui-sans-serif,system-ui,sans-serif;fill:var(--soft)}
svg .in{fill:var(--ink)}svg .wave{fill:var(--accent)}svg .lane{fill:var(--lane)}svg .cue{fill:var(--line);stroke:var(--paper)}
"""


def page(film: Film) -> str:
    """The whole report."""
    width, height = film.size
    found = measures(film.job["quality"])
    held = sum(measure.held is True for measure in found)
    spent = film.job["credits"]["captured"]
    options = film.job.get("options", {})
    facts = [
        f"{film.length_s:.1f} s", f"{width} × {height}", f"{film.fps:g} frames a second", str(options.get("style") or ""),
        f"{len(film.shots)} shots" if film.shots else "", f"{spent} credits", f"{held} of {len(found)} measures hold",
    ]  # fmt: skip
    parts = [
        f"<h1>{escape(film.title)}</h1>",
        f'<p class="soft">{escape(" · ".join(filter(None, facts)))}</p>',
        f"<h2>Every {EVERY_S:.0f} seconds</h2>", _sheet(film),
        "<h2>What is heard</h2>", _cue_sheet(film),
        "<h2>Shots</h2>", _shot_list(film.shots),
        "<h2>Measures</h2>", _measures(found),
        "<h2>Time</h2>", _times(film),
    ]  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(film.title)} · craft report</title><style>{_STYLE}</style></head><body><main>"
        + "\n".join(parts)
        + "</main></body></html>\n"
    )


def shot_at(shots: Sequence[Shot], at_s: float) -> Shot | None:
    """The shot that is seen then; None for a card."""
    return next((shot for shot in shots if shot.start_s <= at_s < shot.start_s + shot.length_s), None)


def _sheet(film: Film) -> str:
    cell = 230 if film.size[0] > film.size[1] else 130
    return f'<div class="sheet" style="--cell:{cell}px">{"".join(_figure(still, film) for still in film.stills)}</div>'


def _figure(still: Still, film: Film) -> str:
    _, jpeg = cv2.imencode(".jpg", still.picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    data = base64.b64encode(jpeg.tobytes()).decode()
    shot = shot_at(film.shots, still.at_s)
    told = f"shot {shot.told['number']}" if shot else ""
    return (
        f'<figure><img alt="at {still.at_s:.0f} s" src="data:image/jpeg;base64,{data}">'
        f"<figcaption><span>{_clock(still.at_s)}</span><span>{told}</span></figcaption></figure>"
    )


def _cue_sheet(film: Film) -> str:
    """The wave, and below it a lane each for shots, speech, music and effects."""
    lanes: list[tuple[str, list[Cue]]] = [
        ("shots", [Cue(s.start_s, s.start_s + s.length_s, str(s.told["number"])) for s in film.shots]),
        ("speech", film.speech),
        ("music", film.music),
        ("effects", film.sounds),
    ]
    left = 70
    scale = (_WIDE - left) / max(film.length_s, 1e-6)
    drawn = [_wave(film, left)]
    for row, (name, cues) in enumerate(lanes):
        top = _TALL + 26 + row * (_LANE + 6)
        drawn.append(f'<text x="0" y="{top + 19}">{name}</text>')
        drawn.append(f'<rect class="lane" x="{left}" y="{top}" width="{_WIDE - left}" height="{_LANE}" rx="3"/>')
        for cue in cues:
            x, width = left + cue.start_s * scale, max(2.0, (cue.end_s - cue.start_s) * scale)
            label = escape(cue.text[: max(0, int(width / 6.2) - 1)])
            drawn.append(
                f'<g><title>{_clock(cue.start_s)} {escape(cue.text)}</title><rect class="cue" x="{x:.1f}" y="{top}" '
                f'width="{width:.1f}" height="{_LANE}" rx="3"/><text class="in" x="{x + 5:.1f}" y="{top + 19}">{label}</text></g>'
            )
    for second in range(0, int(film.length_s) + 1, 5):
        drawn.append(f'<text x="{left + second * scale:.1f}" y="{_TALL + 16}">{_clock(second)}</text>')
    tall = _TALL + 26 + len(lanes) * (_LANE + 6)
    told = "" if film.shots else '<p class="soft">The JSON tells no shots: music and effects can\'t be placed.</p>'
    return f'<svg viewBox="0 0 {_WIDE} {tall}" role="img" aria-label="wave and cue sheet">{"".join(drawn)}</svg>{told}'


def _wave(film: Film, left: int) -> str:
    step, middle = (_WIDE - left) / len(film.wave), _TALL / 2
    bars = (
        f"M{left + place * step:.1f} {middle - peak * middle:.1f}h{step * 0.7:.1f}v{max(1.0, 2 * peak * middle):.1f}h-{step * 0.7:.1f}z"
        for place, peak in enumerate(film.wave)
    )
    return f'<path class="wave" d="{"".join(bars)}"/>'


def _shot_list(shots: Sequence[Shot]) -> str:
    if not shots:
        return '<p class="soft">The JSON tells no scenes. Films of make examples do; of others, ask GET /api/v1/projects/{id}/scenes.</p>'
    rows = ["<tr>" + "".join(f"<th{_n(name)}>{name}</th>" for name in ("shot", "at", "s", "size", "camera", "begins with", "why", "what is said")) + "</tr>"]  # fmt: skip
    scene = 0
    for shot in shots:
        if shot.scene != scene:
            scene = shot.scene
            rows.append(
                f'<tr class="scene"><td colspan="8">{scene}. {escape(" · ".join(filter(None, (shot.heading, shot.mood))))}</td></tr>'
            )
        told = shot.told
        said = "<br>".join(escape(line) for line in told["lines"])
        words = (told["size"].replace("_", " "), told["camera"].replace("_", " "), told["transition"], told["reason"])
        rows.append(
            f'<tr><td class="n">{told["number"]}</td><td class="n">{_clock(shot.start_s)}</td><td class="n">{shot.length_s:.1f}</td>'
            + "".join(f"<td>{escape(word)}</td>" for word in words)
            + f"<td>{said}</td></tr>"
        )
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def _n(name: str) -> str:
    return ' class="n"' if name in ("shot", "at", "s", "seconds", "of work", "steps") else ""


def _measures(found: Iterable[Measure]) -> str:
    rows = ["<tr><th>measure</th><th>value</th><th>bar</th><th></th></tr>"]
    for measure in found:
        verdict = {True: ("good", "holds"), False: ("bad", "broken"), None: ("soft", "not measured")}[measure.held]
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in (measure.name, measure.value, measure.bar))
        rows.append(f'<tr>{cells}<td class="{verdict[0]}">{verdict[1]}</td></tr>')
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def _times(film: Film) -> str:
    rows = [
        "<tr><th>stage</th>"
        + "".join(f"<th{_n(name)}>{name}</th>" for name in ("steps", "seconds", "of work"))
        + "</tr>"
    ]
    for stage in film.job["stage_times"]:
        cells = (str(stage["steps"]), f"{stage['wall_s']:.1f}", f"{stage['work_s']:.1f}")
        rows.append(f"<tr><td>{escape(stage_name(stage['stage']))}</td>" + "".join(f'<td class="n">{cell}</td>' for cell in cells) + "</tr>")  # fmt: skip
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
