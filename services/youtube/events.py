"""What youtube tells: rows as protobuf, and facts. Never a token: protobuf has no field for one."""

from __future__ import annotations

from typing import assert_never

from filmstudio.youtube.v1 import events_pb2 as facts
from filmstudio.youtube.v1 import youtube_pb2 as pb
from google.protobuf.message import Message

from services.kit.facts import Fact
from services.youtube.connection_models import Connection, ConnectionState
from services.youtube.youtube_client import Playlist

CONNECTIONS = "youtube.connections.v1"


def _connection_state(state: ConnectionState) -> pb.Connection.State.ValueType:
    match state:
        case ConnectionState.ACTIVE:
            return pb.Connection.STATE_ACTIVE
        case ConnectionState.RECONNECT_NEEDED:
            return pb.Connection.STATE_RECONNECT_NEEDED
        case ConnectionState.DISCONNECTED:
            return pb.Connection.STATE_DISCONNECTED
        case _:
            assert_never(state)


def connection_proto(connection: Connection) -> pb.Connection:
    """A connection as the contract has it."""
    message = pb.Connection(
        id=str(connection.id),
        user_id=connection.user_id,
        state=_connection_state(connection.state),
        channel_id=connection.channel_id,
        channel_title=connection.channel_title,
        thumbnail_url=connection.thumbnail_url,
        etag=connection.etag,
    )
    message.create_time.FromDatetime(connection.created_at)
    message.update_time.FromDatetime(connection.updated_at)
    return message


def playlist_proto(playlist: Playlist) -> pb.Playlist:
    """A playlist as the contract has it."""
    return pb.Playlist(id=playlist.id, title=playlist.title, item_count=playlist.item_count, privacy=playlist.privacy)


def _of_connection(connection: Connection, message: Message) -> Fact:
    return Fact(CONNECTIONS, "connection", str(connection.id), message)


def connection_established(connection: Connection) -> Fact:
    """A channel is connected, for the first time or again."""
    return _of_connection(connection, facts.ConnectionEstablished(connection=connection_proto(connection)))


def connection_reconnect_needed(connection: Connection) -> Fact:
    """Google refused our grant for good: only the user can mend it."""
    return _of_connection(connection, facts.ConnectionReconnectNeeded(connection=connection_proto(connection)))


def connection_removed(connection: Connection) -> Fact:
    """The user, or the end of their account, has disconnected the channel."""
    return _of_connection(connection, facts.ConnectionRemoved(connection=connection_proto(connection)))
