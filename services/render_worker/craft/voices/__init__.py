"""Speech: who sounds how, verse in its metre, and what the mouth does meanwhile."""
