"""Local servers that answer as the public services do: for the tests, and for trying jak without the network."""
