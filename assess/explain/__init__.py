"""Explanations: why a conclusion holds, and what would have to change."""
