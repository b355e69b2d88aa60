// The module `zitadel/uuid` (spec 3.3).

const NAMESPACES = {
  namespaceDNS: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  namespaceURL: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  namespaceOID: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  namespaceX500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};
const GREGORIAN_MS = 12219292800000; // from 1582-10-15, where version 1 begins, to 1970
const FORM = /^(?:urn:uuid:)?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

const refuse = (message) => kernel.hostError('invalid_value', message);
const isByte = (value) => Number.isInteger(value) && value >= 0 && value <= 255;
const hex = (byte) => byte.toString(16).padStart(2, '0');

function format(bytes) {
  const digits = Array.from(bytes, hex).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20, 32)].join('-');
}

function stamp(bytes, version) {
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return format(bytes);
}

function parse(text) {
  const bare = /^\{.*\}$/.test(text) ? text.slice(1, -1) : text;
  const spaced = /^[0-9a-f]{32}$/i.test(bare) ? bare.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : bare;
  const match = FORM.exec(spaced);
  if (match === null) throw refuse(`invalid UUID ${kernel.goQuote(text)}`);
  return match.slice(1).join('').match(/../g).map((digits) => parseInt(digits, 16));
}

// A namespace of Go's: sixteen numbers that write out as the text.
function namespace(text) {
  const bytes = parse(text);
  Object.defineProperty(bytes, 'toString', { value: () => text });
  return Object.freeze(bytes);
}

function namespaceBytes(value) {
  if (typeof value === 'string') return parse(value);
  if (Array.isArray(value) && value.length === 16 && value.every(isByte)) return value;
  throw refuse('the namespace must be a UUID');
}

function dataBytes(value) {
  if (typeof value === 'string') return kernel.encodeUtf8(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value) && value.every(isByte)) return Uint8Array.from(value);
  throw refuse('the data must be a string or a byte array');
}

const none = (make) => (...values) => {
  if (values.length !== 0) throw refuse('invalid arg count');
  return make();
};

const named = (digest, version) => (...values) => {
  if (values.length !== 2) throw refuse('invalid arg count');
  const data = dataBytes(values[1]);
  const message = new Uint8Array(16 + data.length);
  message.set(namespaceBytes(values[0]));
  message.set(data, 16);
  return stamp(digest(message).subarray(0, 16), version);
};

function v1() {
  const bytes = kernel.randomBytes(16);
  const time = BigInt(Date.now() + GREGORIAN_MS) * 10000n + BigInt((bytes[0] << 8 | bytes[1]) % 10000);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(0, Number(time & 0xffffffffn));
  view.setUint16(4, Number((time >> 32n) & 0xffffn));
  view.setUint16(6, Number((time >> 48n) & 0x0fffn));
  bytes[10] |= 1; // a node that is no network card's
  return stamp(bytes, 1);
}

function v7() {
  const bytes = kernel.randomBytes(16);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const time = Date.now();
  view.setUint16(0, Math.floor(time / 2 ** 32));
  view.setUint32(2, time % 2 ** 32);
  return stamp(bytes, 7);
}

kernel.uuid = () => ({
  v1: none(v1),
  v3: named(kernel.md5, 3),
  v4: none(() => stamp(kernel.randomBytes(16), 4)),
  v5: named(kernel.sha1, 5),
  v7: none(v7),
  ...Object.fromEntries(Object.entries(NAMESPACES).map(([name, text]) => [name, namespace(text)])),
});
