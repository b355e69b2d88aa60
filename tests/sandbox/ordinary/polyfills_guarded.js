// Realm: fresh. Polyfills as pages give them: guarded, for what every engine has by now.
if (!Array.prototype.includes) { Object.defineProperty(Array.prototype, 'includes', { value: function (x) { return this.indexOf(x) !== -1; } }); }
if (typeof Object.assign !== 'function') { Object.defineProperty(Object, 'assign', { value: function () {}, writable: true, configurable: true }); }
Number.isInteger = Number.isInteger || function (value) { return typeof value === 'number' && Math.floor(value) === value; };
String.prototype.trimStart || (String.prototype.trimStart = function () { return this.replace(/^\s+/, ''); });
if (!String.prototype.endsWith) String.prototype.endsWith = function (s) { return this.slice(-s.length) === s; };
if (!Date.now) { Date.now = function now() { return new Date().getTime(); }; }
[Array.prototype, String.prototype].forEach(function (item) { if (item.hasOwnProperty('at')) return; });
function f(ctx, api) { api.v1.claims.setClaim('polyfilled', [[1].includes(1), Number.isInteger(1), ' a'.trimStart(), 'ab'.endsWith('b')]); }
