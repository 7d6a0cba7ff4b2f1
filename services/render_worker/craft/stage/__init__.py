"""A shot in motion: a plate's sheets under a moving camera, who acts between them, and the words on top, frame by frame.

`show.Show` gives the frames. What makes it fast: all is done on the film's own planes (Y, U and V, colours multiplied by their
opacity); a tile of the film that looks as it did is left alone; what an opaque sheet hides is never drawn; what doesn't move
against the camera is warped once.
"""
