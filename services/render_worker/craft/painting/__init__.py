"""Places, light and things on planes, in the film's style."""
