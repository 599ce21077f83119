"""The whole site with everything failing at once (see test_chaos)."""
