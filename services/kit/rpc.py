"""gRPC between services: servers that know who may call what, clients with deadlines, errors mapped once.

Errors travel as `google.rpc.Status` with one ErrorInfo{reason, domain, metadata} (AIP-193). An exception nobody named
becomes a bland INTERNAL: its text stays in our log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from typing import Any, TypeVar, cast

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from prometheus_client import Histogram

from services.kit import identity, telemetry
from services.kit.errors import DependencyAway, DomainError, RemoteError
from services.kit.identity import Caller, Callers

DOMAIN = "filmstudio"
DETAILS_KEY = "grpc-status-details-bin"
# seconds a call may take when its caller names no deadline
DEFAULT_DEADLINE_S = 5.0
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
# A service that was down must be found again at once: gRPC's own back-off grows to two minutes.
_CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.enable_http_proxy", 0),
]
_AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}

_served = Histogram("rpc_served_seconds", "Time to serve a call", ["method", "code"])

S = TypeVar("S")
caller = identity.caller


def status_bytes(code: grpc.StatusCode, reason: str, message: str, metadata: Mapping[str, str]) -> bytes:
    """A serialised google.rpc.Status with one ErrorInfo."""
    status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=message)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata))
    return bytes(status.SerializeToString())


async def _refuse(
    context: aio.ServicerContext[Any, Any],
    code: grpc.StatusCode,
    reason: str,
    message: str,
    metadata: Mapping[str, str],
) -> None:
    context.set_trailing_metadata(((DETAILS_KEY, status_bytes(code, reason, message, metadata)),))
    await context.abort(code, message)


class _Guard(aio.ServerInterceptor):  # type: ignore[type-arg]  # the stubs make generic what is not
    """Authenticates the calling service, checks that it may call this RPC, sets who calls, maps errors."""

    def __init__(self, callers: Callers, allowed: Mapping[str, Set[str]]) -> None:
        self._callers = callers
        self._allowed = allowed

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        handler = await continuation(details)
        method = details.method or ""
        if handler is None or handler.unary_unary is None or method.startswith("/grpc.health."):
            return handler
        headers = {key: value for key, value in details.invocation_metadata or () if isinstance(value, str)}
        inner = handler.unary_unary

        async def guarded(request: Message, context: aio.ServicerContext[Any, Any]) -> Any:
            return await self._serve(method, headers, inner, request, context)

        return grpc.unary_unary_rpc_method_handler(guarded, handler.request_deserializer, handler.response_serializer)

    def _caller(self, headers: Mapping[str, str]) -> Caller | None:
        service = self._callers.identify(headers.get("authorization", "").removeprefix("Bearer "))
        if service is None:
            return None
        return Caller(
            service, headers.get("x-user-id", ""), headers.get("x-user-admin") == "1", headers.get("x-request-id", "")
        )

    async def _serve(
        self,
        method: str,
        headers: Mapping[str, str],
        inner: Callable[..., Awaitable[Any]],
        request: Message,
        context: Any,
    ) -> Any:
        calling = self._caller(headers)
        if calling is None:
            await _refuse(
                context,
                grpc.StatusCode.UNAUTHENTICATED,
                "SERVICE_UNKNOWN",
                "the caller's service token is missing or unknown",
                {},
            )
            raise AssertionError("abort raises")
        if calling.service not in self._allowed.get(method, frozenset()):
            message = f"{calling.service} may not call {method}"
            await _refuse(context, grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED", message, {})
        started = asyncio.get_running_loop().time()
        code = grpc.StatusCode.OK
        with identity.acting(calling), telemetry.span(method, headers):
            try:
                return await inner(request, context)
            except DomainError as error:
                code = error.code
                await _refuse(context, error.code, error.reason, error.message, error.metadata)
            except RemoteError as error:
                # what another service refused on the same user's behalf is the answer to our caller too
                code = error.code
                await _refuse(context, error.code, error.reason, error.message, error.metadata)
            except DependencyAway as error:
                code = grpc.StatusCode.UNAVAILABLE
                await _refuse(
                    context, code, "DEPENDENCY_AWAY", f"{error.dependency} is away", {"dependency": error.dependency}
                )
            except aio.AbortError:
                raise
            except asyncio.CancelledError:
                code = grpc.StatusCode.CANCELLED
                raise
            except Exception:
                code = grpc.StatusCode.INTERNAL
                telemetry.log().exception("a call failed", method=method)
                await _refuse(context, code, "INTERNAL", "internal error", {})
            finally:
                _served.labels(method, code.name).observe(asyncio.get_running_loop().time() - started)


class Server:
    """A service's gRPC server on loopback or the pod's address. `add` takes a servicer and who may call its RPCs."""

    def __init__(self, address: str, callers: Callers) -> None:
        self._address = address
        self._callers = callers
        self._allowed: dict[str, Set[str]] = {}
        self._register: list[Callable[[aio.Server], None]] = []
        self._server: aio.Server | None = None
        self._health = cast(Any, health).aio.HealthServicer()

    def add(
        self, add_to_server: Callable[[Any, Any], None], servicer: object, service: str, callers: Mapping[str, Set[str]]
    ) -> None:
        """Serve `service` (its full name, "filmstudio.credits.v1.CreditsService"); `callers`: RPC name → services that may call it."""
        for name, who in callers.items():
            if not callable(getattr(servicer, name, None)):
                raise ValueError(f"{service} has no RPC {name}")
            self._allowed[f"/{service}/{name}"] = who
        self._register.append(lambda server: add_to_server(servicer, server))

    async def start(self) -> None:
        """Bind and serve; OSError where the address is taken."""
        options = [*_CHANNEL_OPTIONS, ("grpc.so_reuseport", 0)]
        self._server = aio.server(interceptors=[_Guard(self._callers, self._allowed)], options=options)
        for register in self._register:
            register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._server.add_insecure_port(self._address)
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Say that we are leaving, let calls in flight end (5 s), close."""
        if self._server is not None:
            await self._health.enter_graceful_shutdown()
            await self._server.stop(grace=5)


class Away(DependencyAway):
    """A service did not answer in time, or not at all."""


def to_error(dependency: str, error: aio.AioRpcError) -> Exception:
    """The error of a call as our own: Away for a service that is, RemoteError for a refusal."""
    reason, metadata = "", dict[str, str]()
    for key, value in cast(Iterable[tuple[str, str | bytes]], error.trailing_metadata() or ()):
        if key == DETAILS_KEY and isinstance(value, bytes):
            status = status_pb2.Status.FromString(value)
            info = error_details_pb2.ErrorInfo()
            for detail in status.details:
                if detail.Unpack(info):
                    reason, metadata = info.reason, dict(info.metadata)
    if error.code() in _AWAY:
        return Away(metadata.get("dependency", dependency), error.details() or "")
    return RemoteError(error.code(), reason or error.code().name, error.details() or "", metadata)


class _Method:
    """One RPC of a client: adds who calls, a deadline and the trace, and maps errors."""

    def __init__(self, method: Any, client: Client) -> None:
        self._method = method
        self._client = client

    async def __call__(self, request: Message, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - gRPC's own word
        calling = identity.caller()
        metadata = [("authorization", f"Bearer {self._client.token}")]
        if calling.user_id:
            metadata.append(("x-user-id", calling.user_id))
        if calling.admin:
            metadata.append(("x-user-admin", "1"))
        if calling.request_id:
            metadata.append(("x-request-id", calling.request_id))
        metadata.extend(telemetry.trace_headers().items())
        try:
            return await self._method(request, timeout=timeout or self._client.deadline_s, metadata=metadata)
        except aio.AioRpcError as error:
            raise to_error(self._client.dependency, error) from None


class Client:
    """A channel to one service. `stub` gives its typed RPCs; one channel serves several stubs."""

    def __init__(self, address: str, dependency: str, token: str, deadline_s: float = DEFAULT_DEADLINE_S) -> None:
        self.dependency = dependency
        self.token = token
        self.deadline_s = deadline_s
        self._address = address
        self._channel: aio.Channel | None = None

    def channel(self) -> aio.Channel:
        """The channel, opened on first use inside the running loop."""
        if self._channel is None:
            self._channel = aio.insecure_channel(self._address, options=_CHANNEL_OPTIONS)
        return self._channel

    def stub(self, stub_class: Callable[[aio.Channel], S]) -> S:
        """The stub's RPCs: `await stub.GetPlan(request)`; raises RemoteError or Away."""
        client = self

        class Proxy:
            def __getattr__(self, name: str) -> _Method:
                method = _Method(getattr(cast(Any, stub_class)(client.channel()), name), client)
                setattr(self, name, method)
                return method

        return cast(S, Proxy())

    async def ping(self) -> None:
        """Away unless the service says that it serves, within a second."""
        try:
            await health_pb2_grpc.HealthStub(self.channel()).Check(health_pb2.HealthCheckRequest(), timeout=1.0)
        except aio.AioRpcError as error:
            raise to_error(self.dependency, error) from None

    async def start(self) -> None:
        """Nothing to do: the channel opens with the first call."""

    async def stop(self) -> None:
        """Close the channel."""
        if self._channel is not None:
            await self._channel.close(None)
