"""`python -m deploy.shot_list FILE`: how a script would be shot, as a table. Reads and stages it as the studio does, without a studio."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from filmstudio.projects.v1 import script_pb2

from services.projects import reading
from services.render_worker.craft.directing import shot_list
from services.render_worker.craft.directing.framing import ASPECTS
from services.render_worker.craft.directing.story import tell

_FORMATS = {
    ".fountain": script_pb2.SCRIPT_FORMAT_FOUNTAIN, ".fdx": script_pb2.SCRIPT_FORMAT_FDX,
    ".md": script_pb2.SCRIPT_FORMAT_MARKDOWN,
}  # fmt: skip


def main() -> int:
    """Print the list of the script named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.shot_list", description="how a script would be shot")
    parser.add_argument("script", type=Path, help="a script: .fountain, .fdx, .md, or plain text")
    parser.add_argument("--aspect", choices=sorted(ASPECTS), default="16:9")
    parser.add_argument("--seconds", type=int, default=0, help="the film's length; 0: as long as it needs")
    parser.add_argument("--language", default="en", help="what it is written in (BCP 47)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    text_format = _FORMATS.get(asked.script.suffix.lower(), script_pb2.SCRIPT_FORMAT_PLAIN)
    elements = reading.read(text_format, asked.script.read_text(encoding="utf-8"))
    script = script_pb2.Script(language=asked.language, elements=elements, title=asked.script.stem)
    print(shot_list.table(tell(script, asked.seconds * 1000, [], asked.seed, asked.aspect)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
