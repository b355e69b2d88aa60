// What a run sees of everything, as text: equal in two isolates if nothing differs.
const atTheTop = probe();

function observe(ctx, api) {
  const { log } = load('zitadel/log');
  const before = probe();
  const json = JSON.stringify([ctx, api]);
  const { numbers, objects, paths } = walk(makeRoots(ctx, api));
  const lines = objects.map((object, i) => describe(object, paths[i], i, numbers));
  return (async () => {
    const later = [await null, await import('nowhere').catch(String), await Promise.race([1, 2])];
    log([...atTheTop, ...before, json, ...lines, ...probe(), String(later)].join('\n'));
  })();
}

function describe(object, path, number, numbers) {
  const parts = [`#${number} ${path}: ${typeof object} ${outcome(() => apply(tagOf, object, []))}`];
  if (outcome(() => isExtensible(object)) !== true) parts.push('closed');
  parts.push(`of ${show(outcome(() => getPrototypeOf(object)), numbers)}`);
  if (typeof object === 'function') parts.push(apply(sourceOf, object, []).slice(0, 80));
  for (const key of keysOf(object)) {
    const { value, get, set, writable, enumerable, configurable } = getOwnPropertyDescriptor(object, key);
    const flags = `${writable ? 'w' : ''}${enumerable ? 'e' : ''}${configurable ? 'c' : ''}`;
    const content = get ?? set ? `get ${show(get, numbers)} set ${show(set, numbers)}` : show(value, numbers);
    parts.push(`${String(key)}[${flags}] ${content}`);
  }
  if (Error.isError(object)) parts.push(`${object.stack}`);
  return parts.join(' | ');
}

// Random and of the clock is what is shown as its type only.
function show(value, numbers) {
  if (isObject(value)) return numbers.has(value) ? `#${numbers.get(value)}` : 'out of reach';
  return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

// What is no object, but might remember.
function probe() {
  const seen = (name, thunk) => `${name}: ${String(outcome(thunk)).slice(0, 2000)}`;
  const legacy = ['input', 'lastMatch', 'lastParen', 'leftContext', 'rightContext', '$1', '$2', '$3', '$4', '$5', '$6', '$7', '$8', '$9', '$_', '$&', '$+', '$`', "$'"];
  return [
    ...legacy.map((name) => seen(`RegExp.${name}`, () => RegExp[name])),
    seen('stack', () => new Error('x').stack),
    seen('stack of eval', () => (0, eval)('new Error("e").stack')),
    seen('stack of a direct eval', () => eval('new Error("e").stack')),
    seen('stack of new Function', () => new Function('return new Error("f").stack')()),
    seen('stack of a callback', () => [1].map(() => new Error('y').stack)),
    seen('limit of the stack', () => Error.stackTraceLimit),
    seen('preparing the stack', () => Error.prepareStackTrace),
    seen('names', () => ownKeys(globalThis).map(String)),
    seen('names by for-in', () => { const all = []; for (const key in globalThis) all.push(key); return all; }),
    seen('names of an object', () => { const all = []; for (const key in {}) all.push(key); return all; }),
    seen('this', () => this === globalThis),
    seen('undeclared', () => typeof leak + typeof vandal + typeof left),
    seen('symbol', () => Symbol.keyFor(Symbol.for('vandal')) + typeof globalThis[Symbol.for('vandal')]),
    seen('literals', () => [{}, [], /x/.lastIndex, ...'ab', `${[1, [2]]}`, [3, 1, 2].sort(), { ...'c' }, [,].length].map((each) => JSON.stringify(each))),
    seen('sticky literal', () => { const next = () => { const r = /a/g; const was = r.lastIndex; r.exec('aa'); return was; }; return [next(), next()]; }),
    seen('template', () => { const tag = (strings) => strings; const site = () => tag`a`; return [site() === site(), Object.isFrozen(site()), ownKeys(site()).map(String)]; }),
    seen('date', () => [new Date(0), new Date(0).toLocaleString(), new Date(2026, 6, 1).getTimezoneOffset(), new Date('2026-01-02').getDay()]),
    seen('locale', () => JSON.stringify([Intl.DateTimeFormat().resolvedOptions(), Intl.NumberFormat().resolvedOptions(), (1234.5).toLocaleString(), 'ä'.localeCompare('b')])),
    seen('temporal', () => Temporal.Now.timeZoneId()),
    seen('random', () => [Math.random() !== Math.random(), Math.random() < 1, Math.random.name, Math.random.length]),
    seen('clock', () => [typeof Date.now(), Date.now() > 1.7e12, Date.length]),
    seen('caller', () => observe.caller),
    seen('arguments', () => [observe.arguments?.length, arguments.length]),
    seen('eval', () => [(0, eval)('typeof leak'), eval('typeof leak'), new Function('return this === globalThis')()]),
    seen('own function', () => JSON.stringify(ownKeys(observe).map(String))),
    seen('own script', () => JSON.stringify([ownKeys(script).map(String), ownKeys(script.prototype).map(String)])),
    seen('counter', () => [Brand.block(), Brand.block()]),
  ];
}
