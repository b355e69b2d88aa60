// Bytes as text and back: UTF-8 and base64. A bare V8 has neither TextDecoder nor atob.

const { fromCharCode, fromCodePoint } = String;
const apply = Reflect.apply;
const SLICE = 8192; // arguments of one call: more could overflow the stack

kernel.fromBase64 = (text) => Uint8Array.fromBase64(text);
const { toBase64 } = Uint8Array.prototype;
kernel.toBase64 = (bytes) => apply(toBase64, bytes, []); // the method may be a script's own

// UTF-8 to text; what is malformed becomes U+FFFD, byte by byte, as Go has it.
kernel.decodeUtf8 = (bytes) => {
  const length = bytes.length;
  let ascii = true;
  for (let i = 0; i < length; i++) if (bytes[i] > 127) { ascii = false; break; }
  if (!ascii) return decodeSlowly(bytes);
  if (length <= SLICE) return apply(fromCharCode, null, bytes);
  let text = '';
  for (let i = 0; i < length; i += SLICE) text += apply(fromCharCode, null, bytes.subarray(i, i + SLICE));
  return text;
};

function decodeSlowly(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i];
    const size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    let code = size === 1 ? first : first & (0x7f >> size);
    let valid = size > 0 && i + size <= bytes.length;
    for (let k = 1; valid && k < size; k++) {
      valid = (bytes[i + k] & 0xc0) === 0x80;
      code = (code << 6) | (bytes[i + k] & 0x3f);
    }
    const least = [0, 0, 0x80, 0x800, 0x10000][size];
    valid = valid && code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    text += valid ? fromCodePoint(code) : '\ufffd';
    i += valid ? size : 1;
  }
  return text;
}

kernel.encodeUtf8 = (text) => {
  const bytes = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      code = text.codePointAt(i);
      if (code > 0xffff) i++; else code = 0xfffd;
    }
    if (code < 0x80) { bytes[at++] = code; continue; }
    if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) bytes[at++] = 0xe0 | (code >> 12);
      else {
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return bytes.subarray(0, at);
};
