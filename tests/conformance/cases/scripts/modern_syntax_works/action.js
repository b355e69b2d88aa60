const { log } = require('zitadel/log');
class Box {
  #content = 1;
  static made = 1_000;
  get content() { return this.#content; }
}
function action() {
  let a = null;
  a ??= { b: { c: 5 } };
  const { b: { c }, ...rest } = a;
  try { throw 1; } catch { log(a?.b?.c, a.x?.y === undefined, c, Object.keys(rest).length); }
  log(new Box().content, Box.made, `${[..."ab"].at(-1)}`, [1, 2, 3].findLast((n) => n < 3), [3, 1].toSorted().join());
  log(Object.hasOwn({ a: 1 }, 'a'), 'a-a'.replaceAll('a', 'b'), /(?<=\$)\d+/.exec('cost $42')[0], 2n ** 64n);
}
