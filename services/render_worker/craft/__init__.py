"""The crafts of a film: pure libraries of pictures, story and sound that know nothing of steps."""
