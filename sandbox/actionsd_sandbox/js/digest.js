// MD5 and SHA-1, for name-based UUIDs; neither is fit to protect anything.

const rotate = (word, bits) => (word << bits) | (word >>> (32 - bits));

// The message in blocks of sixteen words, padded with its length.
function blocks(bytes, littleEndian) {
  const size = ((bytes.length + 8) >> 6) + 1;
  const padded = new Uint8Array(size * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  const bits = bytes.length * 8;
  view.setUint32(size * 64 - (littleEndian ? 8 : 4), bits >>> 0, littleEndian);
  view.setUint32(size * 64 - (littleEndian ? 4 : 8), Math.floor(bits / 2 ** 32), littleEndian);
  return Array.from({ length: size }, (_, block) => Array.from({ length: 16 }, (__, i) => view.getUint32(block * 64 + i * 4, littleEndian)));
}

function join(words, littleEndian) {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setUint32(i * 4, word >>> 0, littleEndian));
  return new Uint8Array(view.buffer);
}

const MD5_SHIFTS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const MD5_SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

kernel.md5 = (bytes) => {
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (const words of blocks(bytes, true)) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const mix = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
      const word = words[[i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16];
      const turned = rotate((a + mix + MD5_SINES[i] + word) | 0, MD5_SHIFTS[round][i % 4]);
      [a, b, c, d] = [d, (b + turned) | 0, b, c];
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  return join([a0, b0, c0, d0], true);
};

const SHA1_CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

kernel.sha1 = (bytes) => {
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (const words of blocks(bytes, false)) {
    for (let i = 16; i < 80; i++) words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    let [a, b, c, d, e] = state;
    for (let i = 0; i < 80; i++) {
      const round = Math.floor(i / 20);
      const mix = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d][round];
      const next = (rotate(a, 5) + mix + e + SHA1_CONSTANTS[round] + words[i]) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    state = [a, b, c, d, e].map((word, i) => (word + state[i]) | 0);
  }
  return join(state, false);
};
