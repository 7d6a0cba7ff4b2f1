"""The studio on one machine without Docker: real PostgreSQL, Redis, Kafka and S3 from wheels, supervised beside our services."""
