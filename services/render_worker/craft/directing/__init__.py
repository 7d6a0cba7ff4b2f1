"""From what is told to how it is seen: the grammar of film, shots, where people stand, where the camera goes."""
