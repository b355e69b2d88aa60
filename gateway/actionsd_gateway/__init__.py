"""The HTTP gateway: triggers over HTTP, for ZITADEL's targets and for any other IdP.

A process of its own, and of the daemon a client like any other: what comes over the network
is parsed here and not in the broker.
"""
