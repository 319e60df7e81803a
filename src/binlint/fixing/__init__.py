"""Moves literal credentials to the environment."""
