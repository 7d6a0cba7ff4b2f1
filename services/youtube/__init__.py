"""YouTube: which channels users let us publish to, and their films on them.

Owns channel connections with their encrypted tokens (schema `youtube`, key files), publications with their resumable uploads,
the day's quota. RPCs: filmstudio.youtube.v1.YouTubeService, called by the gateway. Events out: ConnectionEstablished,
ConnectionReconnectNeeded, ConnectionRemoved on youtube.connections.v1; PublicationUpdated, PublicationSucceeded,
PublicationFailed, PublicationCanceled on youtube.publications.v1. Events in: UserDeleted; JobSucceeded. Calls ai_jobs, and
outside Google. `python -m services.youtube.keys` makes and rotates the keys that the tokens are encrypted with.
"""
