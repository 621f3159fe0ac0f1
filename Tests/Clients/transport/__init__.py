"""Tests of the gRPC transport alone."""
