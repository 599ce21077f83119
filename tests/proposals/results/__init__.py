"""Indicators: what the strategy achieves."""
