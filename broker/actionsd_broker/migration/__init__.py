"""From an identity provider's own actions to a registry: what `actionsd import` does.

`export` is what was read, `plan` what is made of it, `hints` what will be different;
`source` asks the provider, `trial` runs checks, `writer` writes. The rest is pure.
"""
