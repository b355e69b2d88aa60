// ctx and api as they were handed over: marked, with getters, closed. Nothing is left.
function leave(ctx, api) {
  const mark = (holder) => {
    for (const key of Object.keys(holder)) if (typeof holder[key] === 'object' && holder[key] !== null) mark(holder[key]);
    for (const key of Object.keys(holder)) Reflect.defineProperty(holder, key, { get: () => 'leak', configurable: true });
    holder.leak = 'leak';
    Object.freeze(holder);
  };
  const time = ctx.v1.user.creationDate;
  for (const object of [time, time.month(), time.constructor, time.__proto__, ctx.v1.user.__proto__]) object.leak = () => 'leak';
  mark(ctx);
  mark(api);
  mark(require('zitadel/uuid'));
  mark(require('zitadel/log'));
}
