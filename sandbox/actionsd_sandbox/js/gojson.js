// A JavaScript value as Go's json.Marshal writes it after goja's Export (spec 1.8).
//
// The text is a contract: it is stored as metadata. It differs from JSON.stringify: keys
// sorted, < > & U+2028 U+2029 escaped, nested undefined as null, toJSON not called.

// No method that a script may have patched for itself (convert.js says why).
const { apply, getPrototypeOf } = Reflect;
const { keys: namesOf } = Object;
const { isArray } = Array;
const { sort } = Array.prototype;
const { exec } = RegExp.prototype;
const { slice, charCodeAt } = String.prototype;
const MAX_DEPTH = 512; // Go would not end on a circular object; we say so
const MAX_DIGITS = 1000;
const HTML = { __proto__: null, '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };
const PLAIN = /^[^"\\<>&\u0000-\u001f\u2028\u2029\ud800-\udfff]*$/;

const isPlain = (text) => apply(exec, PLAIN, [text]) !== null;

// Characters that the text may have. Every part of it is measured before it is made.
let room = Infinity;
const TOO_LONG = {};
function measure(length) { if (length > room) throw TOO_LONG; }

function quote(text) {
  measure(text.length);
  return isPlain(text) ? '"' + text + '"' : escapeHtml(kernel.quote(text));
}

function escapeHtml(json) {
  let text = '', start = 0;
  for (let i = 0; i < json.length; i++) {
    const escaped = HTML[json[i]];
    if (escaped === undefined) continue;
    text += apply(slice, json, [start, i]) + escaped;
    start = i + 1;
  }
  return start === 0 ? json : text + apply(slice, json, [start]);
}

function number(value) {
  if (value !== value || value === Infinity || value === -Infinity) {
    throw invalid(`json: unsupported value: ${value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : 'NaN'}`);
  }
  return Object.is(value, -0) ? '-0' : `${value}`;
}

// Thrown deep inside, and made an error with a place at the top: V8 keeps ten frames only.
class Unencodable {
  constructor(message) { this.message = message; }
}
const invalid = (message) => new Unencodable(message);

function encode(value, depth) {
  switch (typeof value) {
    case 'string': return quote(value);
    case 'number': return number(value);
    case 'boolean': return value ? 'true' : 'false';
    case 'undefined': return 'null';
    case 'bigint': return bigint(value);
    case 'symbol': return quote(kernel.description(value));
    case 'function': throw invalid('json: unsupported type: func(goja.FunctionCall) goja.Value');
  }
  if (value === null) return 'null';
  if (depth > MAX_DEPTH) throw invalid('json: the value is circular or nested too deeply');
  if (isArray(value)) return list(value, depth);
  const prototype = getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return object(value, depth);
  if (kernel.isStruct(prototype)) return struct(value, depth);
  if (value instanceof kernel.Time) return quote(value.toJSON());
  if (value instanceof kernel.Named) return number(value.valueOf());
  if (ArrayBuffer.isView(value)) return view(value, depth);
  for (const [read, write] of BRANDS) {
    let content;
    try {
      content = apply(read, value, []);
    } catch {
      continue; // not one of those, whatever it calls itself
    }
    return write(value, content, depth);
  }
  return object(value, depth);
}

// What an object is, is told by what only its own kind answers to: a tag can be forged.
const BRANDS = [
  [Date.prototype.getTime, (_, time) => date(time)],
  [getter(Map, 'size'), (map, size, depth) => { measure(size); return list([...apply(Map.prototype.entries, map, [])], depth); }],
  [getter(Set, 'size'), (set, size, depth) => { measure(size); return list([...apply(Set.prototype.values, set, [])], depth); }],
  [Number.prototype.valueOf, (_, value) => number(value)],
  [Boolean.prototype.valueOf, (_, value) => `${value}`],
  [String.prototype.valueOf, () => '{}'],
  [BigInt.prototype.valueOf, (_, value) => bigint(value)],
];

function getter(type, name) { return Object.getOwnPropertyDescriptor(type.prototype, name).get; }

function date(time) {
  if (time !== time) return '"0001-01-01T00:00:00Z"';
  const year = apply(Date.prototype.getUTCFullYear, new Date(time), []);
  if (year < 0 || year > 9999) throw invalid('json: a date outside of the years 0 to 9999');
  return quote(new kernel.Time(apply(Date.prototype.toISOString, new Date(time), [])).toJSON());
}

const typeOfView = getter(Object.getPrototypeOf(Uint8Array), Symbol.toStringTag);

function view(value, depth) {
  const type = apply(typeOfView, value, []);
  if (type === undefined) return '{}'; // a DataView
  if (type !== 'Uint8Array') return list(value, depth);
  measure(value.length);
  return value.length === 0 ? 'null' : quote(kernel.toBase64(value));
}

// Go writes any; nobody reads a number of thousands of digits.
function bigint(value) {
  const text = `${value}`;
  if (text.length > MAX_DIGITS) throw invalid(`json: a number of ${text.length} digits, ${MAX_DIGITS} allowed`);
  return text;
}

function list(values, depth) {
  let text = '[';
  for (let i = 0; i < values.length; i++) {
    text += (i === 0 ? '' : ',') + encode(values[i], depth + 1);
    measure(text.length);
  }
  return text + ']';
}

function object(value, depth) {
  const keys = namesOf(value);
  measure(keys.length);
  if (keys.length > 1) apply(sort, keys, [byCodePoint]);
  let text = '{';
  for (let i = 0; i < keys.length; i++) {
    text += (i === 0 ? '' : ',') + quote(keys[i]) + ':' + encode(value[keys[i]], depth + 1);
    measure(text.length);
  }
  return text + '}';
}

// A struct of Go's has its fields in their order, under Go's names.
function struct(value, depth) {
  let text = '';
  for (const key of Object.keys(value)) {
    text += (text === '' ? '' : ',') + quote(key[0].toUpperCase() + key.slice(1)) + ':' + encode(value[key], depth + 1);
  }
  return '{' + text + '}';
}

// Go sorts by UTF-8 bytes, which is the order of code points; JavaScript by UTF-16 units.
// The two differ where half a pair of surrogates meets what comes after the surrogates.
function byCodePoint(a, b) {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return rank(apply(charCodeAt, a, [i])) - rank(apply(charCodeAt, b, [i]));
  }
  return a.length - b.length;
}

const rank = (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x10000 : unit);

// With a run, no longer than what it may still add.
kernel.goJson = (value, run) => {
  const outer = room; // a getter of the value may have called us
  room = run === undefined ? Infinity : run.room;
  try {
    return encode(value, 0);
  } catch (error) {
    if (error === TOO_LONG) throw run.overflow();
    throw error instanceof Unencodable ? kernel.hostError('invalid_value', error.message) : error;
  } finally {
    room = outer;
  }
};
