// Realm: shared. Code that works on bits and bytes, with tables that it makes when it is loaded.
var crcTable = (function () { var table = new Uint32Array(256), c; for (var n = 0; n < 256; n++) { c = n; for (var k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; table[n] = c >>> 0; } table.toString = function () { return 'table'; }; return table; })();
function crc32(text) { var crc = -1; for (var i = 0; i < text.length; i++) crc = crcTable[(crc ^ text.charCodeAt(i)) & 255] ^ (crc >>> 8); return (crc ^ -1) >>> 0; }
var alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
function btoa(text) { for (var out = '', i = 0, bits = 0, have = 0; i < text.length; i++) { bits = bits << 8 | text.charCodeAt(i); for (have += 8; have >= 6;) out += alphabet[bits >> (have -= 6) & 63]; } if (have) out += alphabet[bits << 6 - have & 63]; while (out.length % 4) out += '='; return out; }
function f(ctx, api) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.PI);
  api.v1.claims.setClaim('bytes', [crc32('ada'), btoa('ada'), view.getUint32(0), [...new Uint8Array(view.buffer)], Array.from(new Float32Array([1.5])), Number(BigInt.asUintN(8, 257n)), (255).toString(16)]);
}
