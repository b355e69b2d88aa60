"""V8 isolates, the prelude that runs in them, and the limits of the process around them.

Knows neither the protocol nor ZeroMQ. Imported by the worker only.
"""
