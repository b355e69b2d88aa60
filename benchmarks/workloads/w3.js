// Computing, and nothing else: SHA-256 (FIPS 180-4) of 20 KiB, three times in a row, each
// time with the last digest written over the beginning.
const BYTES = 20 * 1024;
const ROUNDS = 3;

// The first 32 bits behind the point of the roots of the first primes.
const primes = [];
for (let n = 2; primes.length < 64; n += 1) {
  if (primes.every((prime) => n % prime !== 0)) primes.push(n);
}
const fraction = (root) => Math.floor((root % 1) * 2 ** 32) | 0;
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const CONSTANTS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

function pad(message) {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setUint32(padded.length - 4, message.length * 8);
  return padded;
}

// All in one function, with the rotations written out: a job has fresh functions, and what
// is to be seen is how soon a loop gets fast, not how soon calls do.
function sha256(message) {
  const bytes = pad(message);
  const state = START.slice();
  const words = new Int32Array(64);
  for (let at = 0; at < bytes.length; at += 64) {
    for (let i = 0; i < 16; i += 1) {
      const from = at + 4 * i;
      words[i] = (bytes[from] << 24) | (bytes[from + 1] << 16)
        | (bytes[from + 2] << 8) | bytes[from + 3];
    }
    for (let i = 16; i < 64; i += 1) {
      const x = words[i - 15];
      const y = words[i - 2];
      words[i] = words[i - 16] + words[i - 7]
        + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3))
        + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i += 1) {
      const up = (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))
        + ((e & f) ^ (~e & g)) + h + CONSTANTS[i] + words[i];
      const down = (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)))
        + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = (d + up) | 0;
      d = c; c = b; b = a; a = (up + down) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function w3(ctx, api) {
  const message = new Uint8Array(BYTES);
  for (let i = 0; i < BYTES; i += 1) message[i] = (i * 31 + 7) & 255;
  let digest = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    digest = sha256(message);
    for (let i = 0; i < digest.length; i += 1) message[i] = digest.charCodeAt(i);
  }
  api.v1.claims.setClaim('digest', digest);
}
