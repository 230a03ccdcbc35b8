"""Every page of the administration; importing it hangs them on the blueprint."""

from civic.admin import grants, jobs
from civic.admin.blueprint import bp

__all__ = ["bp", "grants", "jobs"]
