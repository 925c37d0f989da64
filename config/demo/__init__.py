"""Demo content of a first run: pictures that the program draws, uploaded as any client would."""
