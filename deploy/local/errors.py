"""What can go wrong with a local stack, said so that the reader knows what to do."""

ELSEWHERE = (
    "use Docker instead (FILMSTUDIO_BACKING=docker), "
    "or give an address in the environment together with FILMSTUDIO_EXTERNAL=1 (see docs/operations.md)"
)


class StackError(Exception):
    """A piece of the stack can't be had. `piece` names it, `remedy` says what to do, `output` is what it last said."""

    def __init__(self, piece: str, what: str, remedy: str = "", output: str = "", lines: int = 15) -> None:
        super().__init__(f"{piece}: {what}")
        self.piece = piece
        self.what = what
        self.remedy = remedy
        self.output = output
        self._lines = lines

    def __str__(self) -> str:
        lines = [f"{self.piece}: {self.what}"]
        lines += [f"    | {line}" for line in self.output.strip().splitlines()[-self._lines :]]
        if self.remedy:
            lines.append(f"  What to do: {self.remedy}")
        return "\n".join(lines)
