const { log } = require('zitadel/log');
function Point(x) { this.x = x; }
Point.prototype.toString = function () { return `point ${this.x}`; };
function action() {
  const error = new Error('text');
  error.name = 'Mine';
  const plain = {};
  plain.toString = () => 'plain';
  plain.hasOwnProperty = () => 'mine';
  log(`${new Point(3)}`, `${error}`, `${plain}`, plain.hasOwnProperty('x'));
}
