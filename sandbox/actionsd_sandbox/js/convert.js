// How values cross from JavaScript to Go and back (spec 1.8), and checks of the context.


// A string parameter: null and undefined are Go's zero value, a symbol its description.
// Lone surrogates have no place in UTF-8; Go turns them into U+FFFD.
kernel.goString = (value) => {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (value === undefined || value === null) return '';
  if (typeof value === 'symbol') return (value.description ?? '').toWellFormed();
  return String(value).toWellFormed();
};

// What goja's String() makes of a value that a function of Go takes as it is.
kernel.attributeText = (value) => {
  if (value === null) return 'null';
  return value === undefined ? 'undefined' : kernel.goString(value);
};

// A script that patches built-ins does it for itself: what collects its work must not
// notice. Adds to an array or a list; neither `push` nor a setter on a prototype sees it.
const define = Reflect.defineProperty;
kernel.append = (list, value) => {
  define(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
};

// JSON text of a string, well-formed.
const stringify = JSON.stringify;
kernel.quote = (text) => stringify(text.isWellFormed() ? text : text.toWellFormed());

// An error of the host: catchable, with a kind that outlives the catch-all `Error`.
// The kernel remembers the latest few, to tell the kind of one that nobody caught.
const latest = [];
kernel.hostError = (kind, message) => {
  const error = new Error(message);
  if (latest.length === 16) latest.shift();
  latest[latest.length] = { kind, text: `Error: ${message}` };
  return error;
};
kernel.kindOf = (text) => {
  for (let i = latest.length - 1; i >= 0; i--) if (latest[i].text === text) return latest[i].kind;
  return undefined;
};
kernel.forgetErrors = () => { latest.length = 0; };

// Reading the context document: what is missing reads as Go's zero value, what has the
// wrong type is the caller's mistake and names its place.
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
    if (value === undefined || value === null) return zero;
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
  throw kernel.badContext(`${path}.${key}`, 'an object', value);
};
kernel.readArray = (holder, key, path) => {
  const value = holder[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
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

