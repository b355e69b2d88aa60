// Scripts as functions: compiled once per text, called anew for every run.
//
// A script becomes the body of a function, so that its top-level bindings are fresh in
// every run and gone after it. `new Function` refuses a body that closes itself early.
// V8 puts two lines before the body; they are taken off again here and in thrown.py.
kernel.BODY_LINES = 2;

const sources = new Map();
const factories = new Map();
const MAX_COMPILED = 16 * 2 ** 20; // characters
let compiled = 0;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

kernel.keepSource = (key, source) => sources.set(key, source);
kernel.forgetScript = (key) => { sources.delete(key); factories.delete(key); };

// The factory of a script: calling it runs the top level and returns what has the
// action's name. Throws SyntaxError.
kernel.factory = (key, name) => {
  let factory = factories.get(key);
  if (factory === undefined) {
    factory = compile(key, name);
    // One text under many names is compiled for each: together they must fit the heap.
    compiled += sources.get(key).length;
    if (compiled > MAX_COMPILED) {
      factories.clear();
      compiled = sources.get(key).length;
    }
    factories.set(key, factory);
  }
  return factory;
};

function compile(key, name) {
  // A name that is no identifier can only be a property of the global object.
  const found = isIdentifier(name)
    ? `typeof ${name} === 'undefined' ? undefined : ${name}` : `globalThis[${JSON.stringify(name)}]`;
  const body = `${sources.get(key).replace(/^#!/, '//')}\n;return ${found};\n//# sourceURL=action:${key}`;
  const factory = new Function(body);
  Object.freeze(factory.prototype); // `arguments.callee` reaches both
  return Object.freeze(factory);
}

// What had the name before any script: a script that defines no `eval` has no such action.
const INITIAL = new Map([...Reflect.ownKeys(Object.prototype).map((key) => [key, Object.prototype[key]]),
  ...Reflect.ownKeys(globalThis).map((key) => [key, globalThis[key]])]);
kernel.isInitial = (name, value) => INITIAL.get(name) === value;

function isIdentifier(name) {
  if (!IDENTIFIER.test(name)) return false;
  try {
    new Function(`return typeof ${name};`); // reserved words look like identifiers
    return true;
  } catch {
    return false;
  }
}

// Whether a script knows the API by its present names.
kernel.knowsV1 = (key) => /\bv1\b/.test(sources.get(key));

// The end of a script's text, where a syntax error behind it really is.
kernel.scriptEnd = (key) => {
  const lines = sources.get(key).split('\n');
  return { line: lines.length, column: lines[lines.length - 1].length + 1 };
};

// Top-level names that a script defines, for the message when the action's is not there.
kernel.definedNames = (key) => {
  const names = [];
  // Bounded: a script of nothing but spaces must not cost the square of its length.
  const pattern = /^(?:(?:async\s{1,20})?function\s{0,20}\*?\s{0,20}|(?:const|let|var|class)\s{1,20})([\p{ID_Continue}$]+)/gmu;
  for (const match of sources.get(key).matchAll(pattern)) names.push(match[1]);
  return names;
};
