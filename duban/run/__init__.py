"""`python -m duban.run`: starts and supervises everything an installation consists of."""
