// hostile: global_host_functions
// what: the functions of api and ctx lead to nothing but themselves
// outcome: succeeded
// sets: {"found": []}
function act(ctx, api) {
  const found = [], seen = new Set();
  (function walk(value, path) {
    if (Object(value) !== value || seen.has(value) || seen.size > 20000) return;
    seen.add(value);
    if (value === globalThis) return;
    for (const key of Reflect.ownKeys(value)) {
      if (/kernel|exchange|host|SECRET_found/i.test(String(key))) found.push(`${path}.${String(key)}`);
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      walk(property.value, `${path}.${String(key)}`); walk(property.get, `${path}.get ${String(key)}`); walk(property.set, `${path}.set ${String(key)}`);
    }
    walk(Reflect.getPrototypeOf(value), `${path}.__proto__`);
  })({ ctx, api, require, get: Reflect.getOwnPropertyDescriptor(globalThis, 'require') }, '');
  api.v1.claims.setClaim('found', found);
}
