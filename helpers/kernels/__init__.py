"""Warm kernels, and the walls around those that run a stranger's code."""
