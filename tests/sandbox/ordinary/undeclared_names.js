// Realm: shared. Sloppy scripts: names that were never declared, functions in blocks, `this`.
count = 0;
this.total = 5;
var self = this, JSON2 = JSON;
function increment() { count++; helper = function () { return arguments.callee.length; }; return count; }
if (true) { function inBlock() { return 'block'; } }
for (i = 0; i < 3; i++) increment();
(function () { hidden = 'from inside'; this.byThis = true; })();
try { missing; } catch (e) { var caught = e.name; }
with ({ inner: 1 }) { fromWith = inner + 1; }
name = 'ada'; status = 200; top = 1; event = {}; length = 7; parent = null;
eval('var byEval = 1');
function f(ctx, api) {
  api.v1.claims.setClaim('names', [count, total, increment(), helper(), inBlock(), hidden, byThis, caught, fromWith, byEval, typeof self, self === this, i, name, status, top, length, parent, 010, delete globalThis.count, typeof count]);
  globalThis.globalThis === self && (late = function () { return typeof late; });
  api.v1.claims.setClaim('late', late());
}
