"""What a community, or an area above it, tells everybody who lives there."""
