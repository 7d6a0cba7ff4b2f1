"""What words mean: one table for each language, one of things that can be drawn, and how words are found in a text."""
