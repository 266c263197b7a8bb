"""`assess`: how a social work organization and a neighbourhood committee work together, assessed and explained."""

__version__ = "0.1.0"
