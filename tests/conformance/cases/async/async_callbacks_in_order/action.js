const { log } = require('zitadel/log');
async function action() {
  for (const n of [1, 2]) await Promise.resolve().then(() => log(n));
  log((await Promise.all([1, Promise.resolve(2)])).join());
}
