"""What a script says: scenes of beats, who is in them, where they are, and stories made of a bare idea."""
