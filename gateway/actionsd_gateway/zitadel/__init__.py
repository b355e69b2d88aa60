"""The target endpoint: calls of ZITADEL's Actions v2 run the actions of v1.

Everything but `endpoint`, `target` and `key_source` is pure: what came is given, what to
answer is returned. The wire is described in spec zitadel-actions.md, section 7.
"""
