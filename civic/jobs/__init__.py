"""Scheduled jobs: what ran for which period, what failed, and the runner that makes each happen once."""
