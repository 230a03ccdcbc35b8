"""Every page of the administration; importing it hangs them on the blueprint."""

from civic.admin import audit, grants, index, jobs
from civic.admin.blueprint import bp

__all__ = ["audit", "bp", "grants", "index", "jobs"]
