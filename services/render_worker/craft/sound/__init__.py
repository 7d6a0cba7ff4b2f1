"""Sound as arrays: places and deeds that are heard, the mix, loudness."""
