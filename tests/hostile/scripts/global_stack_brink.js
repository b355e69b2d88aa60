// hostile: global_stack_brink
// what: claims are set at the very end of the stack, where the runtime itself overflows
// outcome: succeeded
// keeps: last
function act(ctx, api) {
  let n = 0;
  const deep = () => { try { deep(); } catch { n++ < 300 && api.v1.claims.setClaim(`SECRET${n}`, { n }); } };
  deep();
  api.v1.claims.setClaim('last', 1);
}
