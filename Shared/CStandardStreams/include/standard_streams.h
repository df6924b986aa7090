// Nothing to call: a program that links this target has its standard streams held from the start (hold.c).
