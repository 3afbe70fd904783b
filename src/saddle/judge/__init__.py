"""Judging samples of any tool: sides to compare, held-out critics, features, rows, a verdict."""
