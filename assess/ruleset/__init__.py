"""Rule sets: their models, their loader and their condition language."""
