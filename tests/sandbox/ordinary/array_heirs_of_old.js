// Realm: fresh. Old-style heirs of Array, which write what a frozen Array.prototype holds on to.
'use strict';
function Stack() { this.length = 0; }
Stack.prototype = Object.create(Array.prototype);
Stack.prototype.constructor = Stack;
Stack.prototype.push = function (x) { return Array.prototype.push.call(this, x, x); };
function List() {}
List.prototype = [];
List.prototype.constructor = List;
function f(ctx, api) {
  var stack = new Stack(), list = new List();
  stack.push(1);
  list.push(2);
  api.v1.claims.setClaim('heirs', [stack.length, stack.constructor === Stack, list.length, list.constructor === List, Array.prototype.slice.call(stack)]);
}
