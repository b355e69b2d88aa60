// hostile: syntax_arguments
// what: callers and callees, by which a sloppy function might reach the runtime's
// outcome: succeeded
// sets: {"found": []}
const top = [arguments.callee, arguments.callee.caller, new.target, this === globalThis ? undefined : this];
function act(ctx, api) {
  const found = [...top.slice(1), act.caller, act.arguments?.callee.caller, arguments.callee.caller];
  api.v1.claims.setClaim('found', found.filter((each) => each !== null && each !== undefined).map((each) => `SECRET ${each}`));
}
