"""One supervised process: what to run, with which environment, and how it is stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BACKING = ("postgres", "redis", "kafka", "s3")


@dataclass(frozen=True)
class Program:
    """Everything the supervisor needs to know of a process."""

    name: str
    command: tuple[str, ...]
    address: str
    """host:port at which it answers once it is ready."""
    environment: Mapping[str, str] = field(default_factory=dict)
    wrapper: tuple[str, ...] = ()
    """A command in front of it that changes who it runs as, and becomes it."""
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    """How long it may take to stop before it is killed."""
    priority: int = 10
    """Started from the lowest to the highest, stopped the other way round."""
