// The module `zitadel/http` (spec 3.1). The broker fetches, or refuses to.
//
// Options are read with the script's own getters, in the order in which it wrote them; all
// of the request is text before any of it is sent. No method that a script may have patched
// (convert.js says why).

const { apply, defineProperty: define } = Reflect;
const { keys: namesOf } = Object;
const { isArray } = Array;
const { slice } = String.prototype;
const { parse, stringify } = JSON;
const { append, HostStruct } = kernel;

const refuse = (message) => kernel.hostError('invalid_value', message);
const failed = (message) => kernel.hostError('fetch_failed', message);

// Go's unicode.IsSpace, which strings.TrimSpace asks.
const SPACES = setOf('\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000');
const TOKEN = setOf("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
function setOf(characters) {
  const set = { __proto__: null };
  for (const each of characters) set[each] = { upper: each.toUpperCase(), lower: each.toLowerCase() };
  return set;
}

// The name of a header as Go has it; one that is no name stays as it is.
function canonical(name) {
  let text = '', begins = true;
  for (let i = 0; i < name.length; i++) {
    const letter = TOKEN[name[i]];
    if (letter === undefined) return name;
    text += begins ? letter.upper : letter.lower;
    begins = name[i] === '-';
  }
  return text;
}

function trim(text) {
  let start = 0, end = text.length;
  while (start < end && SPACES[text[start]] !== undefined) start++;
  while (end > start && SPACES[text[end - 1]] !== undefined) end--;
  return apply(slice, text, [start, end]);
}

// As V8 says it when it is asked for the properties of nothing.
function toObject(value) {
  if (value === undefined || value === null) throw new TypeError('Cannot convert undefined or null to object');
  return Object(value);
}

// The lines of a request's headers as JSON, refused as soon as they are too long.
class Lines {
  text = '';

  add(name, value) {
    this.text += `${this.text === '' ? '' : ','}[${kernel.quote(name)},${kernel.quote(trim(value))}]`;
    if (this.text.length > kernel.MAX_REQUEST) throw kernel.tooLong('fetch_failed', this.text.length);
  }

  // A text is a line for each of its parts between commas.
  addParts(name, text) {
    let start = 0;
    for (let i = 0; i <= text.length; i++) {
      if (i < text.length && text[i] !== ',') continue;
      this.add(name, apply(slice, text, [start, i]));
      start = i + 1;
    }
  }

  addList(name, values) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]; // once: it may be another each time
      if (typeof value !== 'string') throw refuse(`headers: a value of ${shown(name)} is no string`);
      this.add(name, value);
    }
  }
}

function shown(name) { return kernel.goQuote(apply(slice, name, [0, 200])); }

function headerLines(value) {
  const source = toObject(value);
  const names = namesOf(source);
  const lines = new Lines();
  for (let i = 0; i < names.length; i++) {
    const given = source[names[i]];
    const name = canonical(names[i]);
    if (typeof given === 'string') lines.addParts(name, given);
    else if (isArray(given)) lines.addList(name, given);
    // What is neither is dropped without a word, as Go does.
  }
  return lines.text;
}

const DEFAULT_LINES = '["Content-Type","application/json"],["Accept","application/json"]';

const OPTIONS = {
  __proto__: null,
  method: (request, value) => { request.method = kernel.attributeText(value); },
  headers: (request, value) => { request.lines = headerLines(value); },
  body: (request, value) => { request.body = stringify(toObject(value)) ?? 'null'; },
  rawBody: (request, value) => {
    if (typeof value !== 'string') throw refuse('rawBody: a string is needed');
    request.rawBody = value;
  },
};

function readOptions(options) {
  const request = { method: 'GET', lines: DEFAULT_LINES, body: undefined, rawBody: undefined };
  const names = namesOf(toObject(options));
  for (let i = 0; i < names.length; i++) {
    const read = OPTIONS[names[i]];
    if (read === undefined) throw refuse(`key is invalid: ${shown(names[i])}`);
    read(request, options[names[i]]);
  }
  if (request.body !== undefined && request.rawBody !== undefined) throw refuse('either body or rawBody, not both');
  return request;
}

// What a text is before it is quoted, which costs what it has.
function quote(text) {
  if (text.length > kernel.MAX_REQUEST) throw kernel.tooLong('fetch_failed', text.length);
  return kernel.quote(text);
}

function response({ status, headers, body }) {
  const lists = { __proto__: null };
  const byName = {};
  for (let i = 0; i < headers.length; i++) {
    const name = canonical(headers[i][0]);
    if (lists[name] === undefined) {
      lists[name] = [];
      field(byName, name, lists[name], true); // not assigned: it may be called `__proto__`
    }
    append(lists[name], headers[i][1]);
  }
  const answer = { __proto__: HostStruct, body, status, statusCode: status, headers: byName };
  // Not enumerable: they are methods of the Go value, not fields.
  field(answer, 'json', () => parse(body), false);
  field(answer, 'text', () => body, false);
  return answer;
}

function field(holder, name, value, enumerable) {
  define(holder, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
}

kernel.http = (run) => {
  const ask = kernel.caller(run, 'fetch_failed', () => kernel.hostError('fetch_denied', 'scripts are being checked: nothing is fetched'));
  return {
    fetch: (...values) => {
      if (values.length === 0) throw failed('no url provided');
      if (values.length > 2) throw failed('too many args');
      const url = values[0];
      if (typeof url !== 'string') throw refuse(`url: a string is needed, not ${url === null ? 'null' : typeof url}`);
      const { method, lines, body, rawBody } = readOptions(values.length === 2 ? values[1] : {});
      const content = body ?? rawBody;
      const fields = `"method":${quote(method)},"url":${quote(url)},"headers":[${lines}],"body":${content === undefined ? 'null' : quote(content)}`;
      return response(ask('fetch', `,"seconds":${kernel.secondsToAsk()},${fields}`));
    },
  };
};
