function first() { /(secret)/.exec('a secret'); }
