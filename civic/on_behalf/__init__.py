"""代录: logging for people without a phone, from paper slips that carry a code. Decided on elsewhere, always."""
