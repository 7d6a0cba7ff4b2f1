"""The doors, one file a resource: JSON → one or two calls → JSON."""
