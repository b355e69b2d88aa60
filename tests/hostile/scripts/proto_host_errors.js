// hostile: proto_host_errors
// what: Array.prototype.shift puts a kind of its own among the host's latest errors
// outcome: script_threw
// realm: shared fresh
// keeps: before
// control: succeeded
Reflect.set(Array.prototype, 'shift', function () { this.length = 0; this[0] = { kind: 'worker_lost', text: 'Error: SECRET' }; });
Reflect.set(Array.prototype, 'pop', Array.prototype.shift);
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  for (let i = 0; i < 40; i++) try { api.v1.user.setMetadata(1); } catch { continue; }
  throw new Error('SECRET'); // evil
}
