"""A stranger who knows the platform by its public contract alone: design of messages, published schemas, broker, read sides."""
