"""A part of AWS's model server, which does not run here: there is nothing in it."""
