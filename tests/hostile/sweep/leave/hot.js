// Runs long enough to be compiled and optimised, then breaks what that relied on.
// Nothing is left.
function leave() {
  const sum = (list) => list.map((x) => x + 1).filter((x) => x > 1).reduce((a, b) => a + b, 0);
  for (let i = 0; i < 20000; i++) sum([1, 2, 3]);
  const odd = [1, , 3];
  Object.setPrototypeOf(odd, { map: Array.prototype.map, get 1() { leak = 1; return { valueOf: () => 5 }; }, filter: () => [1], leak: 1 });
  sum(odd);
  Array.prototype[1] = 'leak';
  Object.prototype[2] = 'leak';
  class Mine extends Array { static get [Symbol.species]() { return Object; } }
  try { sum(new Mine(1, 2)); } catch { leak = 2; }
}
