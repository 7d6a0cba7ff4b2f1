"""Ways to run the studio: on one machine, with Docker, on Kubernetes."""
