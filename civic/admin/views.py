"""Every page of the administration; importing it hangs them on the blueprint."""

from civic.admin import areas, audit, grants, index, jobs, legal, overview, rules, switches
from civic.admin.blueprint import bp

__all__ = ["areas", "audit", "bp", "grants", "index", "jobs", "legal", "overview", "rules", "switches"]
