// The walk: every object that can be reached from the roots, in an order that depends on
// nothing but the objects. Properties of both sorts, prototypes, and once from each: what
// getters give or throw, what functions give when they are called with nothing of value,
// what constructors make.
function walk(roots) {
  const numbers = new Map(), objects = [], paths = [], made = [];
  const reach = (path, value, isMade) => {
    if (!isObject(value) || numbers.has(value)) return;
    numbers.set(value, objects.length);
    objects.push(value);
    paths.push(path);
    made.push(isMade);
  };
  for (const [name, value] of roots) reach(name, value, false);
  for (let i = 0; i < objects.length; i++) {
    const object = objects[i], path = paths[i], isMade = made[i];
    reach(`${path}.[[Prototype]]`, outcome(() => getPrototypeOf(object)), isMade);
    for (const key of keysOf(object)) {
      const property = outcome(() => getOwnPropertyDescriptor(object, key));
      const name = `${path}.${String(key)}`;
      reach(name, property?.value, isMade);
      reach(`get ${name}`, property?.get, isMade);
      reach(`set ${name}`, property?.set, isMade);
      if (property?.get !== undefined && !isMade) reach(`${name} read`, outcome(() => read(object, key)), true);
    }
    if (typeof object === 'function' && !isMade && !UNCALLED.has(object)) callOnce(path, object, reach);
  }
  return { numbers, objects, paths };
}

// `require` is replaced by its own setter.
const UNCALLED = new Set([script, getOwnPropertyDescriptor(global, 'require').set]);

// With a receiver and an argument that are nobody's, so that nothing else is touched.
function callOnce(path, callee, reach) {
  const argument = {};
  reach(`${path}()`, outcome(() => apply(callee, {}, [argument])), true);
  if (ownKeys(argument).length > 0) reach(`argument of ${path}`, argument, true);
  for (const values of [[], ['en'], [[1]]]) {
    const instance = outcome(() => construct(callee, values));
    if (instance instanceof TypeError) continue;
    reach(`new ${path}(${values})`, instance, true);
    return;
  }
}
