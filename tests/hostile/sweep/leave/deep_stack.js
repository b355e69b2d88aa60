// The stack overflows in every place of the host's functions. Nothing is left.
function leave(ctx, api) {
  let depth = 0;
  const functions = [() => api.v1.user.appendMetadata('deep', depth), () => ctx.v1.user.creationDate.format('2006'),
    () => require('zitadel/uuid').v4(), () => require('zitadel/log').log(depth), () => Math.random(), () => api.setUsername('deep'), () => require('util')];
  for (const each of functions) {
    const deep = () => { try { depth++; deep(); } catch { each(); } };
    try { deep(); } catch { depth = 0; }
  }
  api.metadata.length = 0;
}
