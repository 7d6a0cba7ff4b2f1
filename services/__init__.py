"""The houses of the studio: one folder a service, and the kit they share."""
