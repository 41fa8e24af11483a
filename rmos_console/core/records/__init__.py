"""The nouns: frozen pydantic records that every part shares."""
