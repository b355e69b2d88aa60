// The claims of a token and who may write them (spec, section 4).

const RESERVED = 'urn:zitadel:iam';

// Registered claims are fields of the userinfo, not entries of its map of custom claims:
// setting one raises no objection, but where the IdP fills it itself, the IdP wins.
const STANDARD = new Set(['sub', 'name', 'given_name', 'family_name', 'middle_name', 'nickname',
  'profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at',
  'preferred_username', 'email', 'email_verified', 'phone_number', 'phone_number_verified', 'address']);

const isEmpty = (value) => value === undefined || value === null || value === '' || value === 0 || value === false;

kernel.Claims = class {
  #document; // the claims that the context brought
  #custom;   // key → JSON text of what actions set, across the chain

  constructor(state) {
    this.#custom = { __proto__: null };
    for (const [key, text] of state) this.#custom[key] = text;
  }

  // Every action reads the context anew: what one did to its copy is not the next one's.
  read(document) { this.#document = kernel.readObject(document, 'claims', 'context') ?? {}; }

  dump() { return Object.entries(this.#custom); }

  // What `ctx.v1.claims` shows: the userinfo as it would be written now.
  image() {
    const image = {};
    for (const key of Object.keys(this.#document)) {
      if (!STANDARD.has(key)) define(image, key, this.#document[key]);
    }
    for (const key in this.#custom) define(image, key, JSON.parse(this.#custom[key]));
    for (const key of Object.keys(this.#document)) {
      if (STANDARD.has(key) && !isEmpty(this.#document[key])) define(image, key, this.#document[key]);
    }
    return image;
  }

  // Why a claim may not be set: 'reserved', 'exists', or undefined if it may.
  objection(key) {
    if (isReserved(key)) return 'reserved';
    return this.#has(key) ? 'exists' : undefined;
  }

  // Whether the IdP fills a claim itself, so that setting it tells the IdP nothing.
  isShadowed(key) { return STANDARD.has(key) && !isEmpty(own(this.#document, key)); }

  set(key, json) { this.#custom[key] = json; }

  // A null claim counts as absent: it may be set again.
  #has(key) {
    const text = this.#custom[key];
    if (text !== undefined) return text !== 'null';
    return !STANDARD.has(key) && (own(this.#document, key) ?? null) !== null;
  }
};

// Without a method: a script may have patched it.
function isReserved(key) {
  for (let i = 0; i < RESERVED.length; i++) if (key[i] !== RESERVED[i]) return false;
  return true;
}

function own(holder, key) { return Object.hasOwn(holder, key) ? holder[key] : undefined; }

// A claim may be called `__proto__`.
function define(holder, key, value) {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

kernel.logClaim = (action) => `${RESERVED}:action:${action}:log`;

// Go's %q, as the log of a refused claim has it.
kernel.goQuote = (text) => {
  const SHORT = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '"': '\\"', '\\': '\\\\' };
  let quoted = '"';
  for (const char of text) {
    const code = char.codePointAt(0);
    if (SHORT[char] !== undefined) quoted += SHORT[char];
    else if (char === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) quoted += char;
    else if (code < 0x80) quoted += '\\x' + code.toString(16).padStart(2, '0');
    else if (code < 0x10000) quoted += '\\u' + code.toString(16).padStart(4, '0');
    else quoted += '\\U' + code.toString(16).padStart(8, '0');
  }
  return quoted + '"';
};
