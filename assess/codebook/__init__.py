"""The codebook: everything in a rule set in words, with what uses what."""
