"""What the client tests and the benchmarks share: the server process and Flight SQL's messages."""
