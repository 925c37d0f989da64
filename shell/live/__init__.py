"""Live pages: a doorbell that says only `{seq}`, fanned out to every socket of this process."""
