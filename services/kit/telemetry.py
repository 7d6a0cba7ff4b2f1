"""Telemetry: logs as JSON facts with trace ids, Prometheus metrics over HTTP, OpenTelemetry spans where an exporter is set.

A trace id exists for every request even without an exporter: it is W3C trace context, carried by gRPC, Kafka and HTTP headers.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import start_http_server

from services.kit.settings import KitSettings

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("filmstudio")


def setup(service: str, settings: KitSettings) -> None:
    """Configure logging, tracing and the metrics port of this process, once, at its start."""
    _setup_logging(service, settings)
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if settings.otel_exporter_otlp_endpoint:
        # here and not above: it costs 18 MB of memory, and most processes export nothing
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = OTLPSpanExporter(endpoint=f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    if settings.metrics_address:
        host, _, port = settings.metrics_address.rpartition(":")
        start_http_server(int(port), addr=host or "127.0.0.1")


def _add_trace(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if trace_id := current_trace_id():
        event["trace_id"] = trace_id
    return event


def _setup_logging(service: str, settings: KitSettings) -> None:
    renderer: Any = (
        # without the locals, which may hold what must not be logged
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if settings.log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def log() -> Any:
    """The process's structured logger: `log().info("credits held", amount=3)`."""
    return structlog.get_logger()


def current_trace_id() -> str:
    """The trace this code runs in, 32 hex digits; empty outside any."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


def trace_headers() -> dict[str, str]:
    """The W3C headers that carry this trace on; empty outside any."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None, **attributes: str | int | float) -> Iterator[None]:
    """Run a block in a span; `headers` (lower case) continue the caller's trace."""
    parent: Context | None = _propagator.extract(dict(headers)) if headers and "traceparent" in headers else None
    token = attach(parent) if parent is not None else None
    try:
        with _tracer.start_as_current_span(name, attributes=attributes):
            yield
    finally:
        if token is not None:
            detach(token)
