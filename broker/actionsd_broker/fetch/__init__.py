"""The fetch proxy: which requests of scripts are made, and how. Trusts neither end.

Pure: hosts, target, addresses, rules, policy, headers, redirects, decoding, vault,
redaction, outcomes. With I/O: resolver, exchange, fetcher, secret_values.
"""
