"""Timed lines at the engines' door: from the protos of a step to the captions' own types, and back."""

from __future__ import annotations

from collections.abc import Iterable

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.lettering.captions import SpokenLine, Word


def spoken_lines(lines: Iterable[pb.TimedLine]) -> list[SpokenLine]:
    """The lines as `split_cues` takes them."""
    return [
        SpokenLine(
            speaker=line.speaker,
            text=line.text,
            start_ms=line.start_ms,
            duration_ms=line.duration_ms,
            words=tuple(Word(word.text, word.start_ms, word.end_ms) for word in line.words),
            off_screen=line.off_screen,
        )
        for line in lines
    ]


def spoken_word_protos(words: Iterable[Word]) -> list[pb.SpokenWord]:
    """The words as a step's result carries them."""
    return [pb.SpokenWord(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms) for word in words]
