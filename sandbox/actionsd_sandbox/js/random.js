// Math.random, seeded anew for every run from the system's random bytes.
//
// V8's own numbers are one sequence for the life of an isolate, and a few of them give
// away those before and after: a run could know another's. This is sfc32, by Chris
// Doty-Humphrey: as good as V8's, and no more fit for secrets within its own run.

let a, b, c, counter;
let seeded = false;

kernel.reseed = () => { seeded = false; };

function seed() {
  const bytes = kernel.randomBytes(12);
  const word = (at) => bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
  a = word(0);
  b = word(4);
  c = word(8);
  counter = 1;
  seeded = true;
  for (let i = 0; i < 12; i++) next();
}

function next() {
  const sum = (a + b | 0) + counter | 0;
  counter = counter + 1 | 0;
  a = b ^ b >>> 9;
  b = c + (c << 3) | 0;
  c = (c << 21 | c >>> 11) + sum | 0;
  return sum >>> 0;
}

// The 53 bits that a number has between 0 and 1.
const { random } = {
  random() {
    if (!seeded) seed();
    return ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
  },
};
Object.defineProperty(Math, 'random', { value: random, writable: true, enumerable: false, configurable: true });
