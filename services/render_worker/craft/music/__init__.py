"""Music written for this film, and played."""
