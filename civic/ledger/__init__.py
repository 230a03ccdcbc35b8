"""The points ledger: postings nobody can change, and counters beside it."""
