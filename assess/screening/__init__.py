"""Screening: what an officer who buys the service may ask of a relation, one by one and in bulk."""
