const { log } = require('zitadel/log');
function action() { log('Promise Proxy Reflect Symbol BigInt globalThis AggregateError escape unescape encodeURIComponent decodeURI Map Set WeakMap Uint8Array Date RegExp JSON Math parseInt require'.split(' ').filter((name) => !(name in globalThis)).length); }
