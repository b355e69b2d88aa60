// How values cross from JavaScript to Go and back (spec 1.8), and checks of the context.

// A script that patches built-ins does it for itself. What makes text of what it hands over
// must not notice, or a claim could be written as JSON that is none: hence no methods here.
const { apply, defineProperty: define, getOwnPropertyDescriptor } = Reflect;
const { isWellFormed, toWellFormed } = String.prototype;
const describeSymbol = getOwnPropertyDescriptor(Symbol.prototype, 'description').get;
const { hasOwn } = Object;

const wellFormed = (text) => (apply(isWellFormed, text, []) ? text : apply(toWellFormed, text, []));

// Characters of one text at the most; more than any output may have. Reading a longer one
// would cost the memory that making it, from parts, did not.
kernel.MAX_TEXT = 2 ** 23;

// A string parameter: null and undefined are Go's zero value, a symbol its description.
// Lone surrogates have no place in UTF-8; Go turns them into U+FFFD.
kernel.goString = (value) => {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'symbol' ? kernel.description(value) : String(value);
  if (text.length > kernel.MAX_TEXT) throw kernel.hostError('output_limit', `a text of ${text.length} characters`);
  return wellFormed(text);
};

kernel.description = (symbol) => apply(describeSymbol, symbol, []) ?? '';

// What goja's String() makes of a value that a function of Go takes as it is.
kernel.attributeText = (value) => {
  if (value === null) return 'null';
  return value === undefined ? 'undefined' : kernel.goString(value);
};

// Adds to an array or a list; neither `push` nor a setter on a prototype sees it.
kernel.append = (list, value) => {
  define(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
};

// JSON text of a string, well-formed.
const stringify = JSON.stringify;
kernel.quote = (text) => stringify(wellFormed(text));

// An error of the host: catchable, with a kind that outlives the catch-all `Error`.
// The kernel remembers the latest few, to tell the kind of one that nobody caught.
const latest = new Array(16).fill(null);
let made = 0;
kernel.hostError = (kind, message) => {
  const error = new Error(message);
  latest[made++ % latest.length] = { kind, text: `Error: ${message}` };
  return error;
};
kernel.kindOf = (text) => {
  for (let i = 0; i < latest.length; i++) if (latest[i] !== null && latest[i].text === text) return latest[i].kind;
  return undefined;
};
kernel.forgetErrors = () => { for (let i = 0; i < latest.length; i++) latest[i] = null; };

// Reading the context document: what is missing reads as Go's zero value, what has the
// wrong type is the caller's mistake and names its place; unless it is not the document's
// own, as a script may have given every object one.
kernel.badContext = (path, wanted, got) =>
  kernel.hostError('bad_request', `${path}: ${wanted} expected, got ${describe(got)}`);
function describe(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  // Shortened: the text of an uncaught error is cut, and its kind is found by its text.
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value).slice(0, 80)}`;
}
function reader(type, wanted, zero) {
  return (holder, key, path) => {
    const value = holder[key];
    if (typeof value === type) return value;
    if (value === undefined || value === null || !hasOwn(holder, key)) return zero;
    throw kernel.badContext(`${path}.${key}`, wanted, value);
  };
}
kernel.readString = reader('string', 'a string', '');
kernel.readNumber = reader('number', 'a number', 0);
kernel.readBoolean = reader('boolean', 'true or false', false);
kernel.readTime = (holder, key, path) => {
  const text = kernel.readString(holder, key, path);
  if (text !== '' && !kernel.Time.valid(text)) {
    throw kernel.badContext(`${path}.${key}`, 'an RFC 3339 date', text);
  }
  return new kernel.Time(text);
};
kernel.readObject = (holder, key, path) => {
  const value = holder[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  if (!hasOwn(holder, key)) return undefined;
  throw kernel.badContext(`${path}.${key}`, 'an object', value);
};
kernel.readArray = (holder, key, path) => {
  const value = holder[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  if (!hasOwn(holder, key)) return undefined;
  throw kernel.badContext(`${path}.${key}`, 'an array', value);
};
kernel.readObjects = (holder, key, path) => {
  const values = kernel.readArray(holder, key, path) ?? [];
  for (let i = 0; i < values.length; i++) {
    if (kernel.readObject(values, i, `${path}.${key}`) === undefined) {
      throw kernel.badContext(`${path}.${key}[${i}]`, 'an object', null);
    }
  }
  return values;
};
kernel.readStrings = (holder, key, path) => {
  const values = kernel.readArray(holder, key, path) ?? [];
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'string') {
      throw kernel.badContext(`${path}.${key}[${i}]`, 'a string', values[i]);
    }
  }
  return values;
};

