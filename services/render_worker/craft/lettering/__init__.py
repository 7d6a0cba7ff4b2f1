"""Words in the picture and beside it: captions, subtitles, cards, sheets, and the type they are set in."""
