"""What the tests run on: their environment, throw-away servers, and the order of the suites."""
