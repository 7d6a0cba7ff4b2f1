"""What every service needs and none owns: settings, database, outbox, inbox, Kafka, gRPC, telemetry, storage, life cycle.

Nothing here knows a domain noun, and nothing here imports a service.
"""
