"""What the numbers of `assess` are measured with."""
