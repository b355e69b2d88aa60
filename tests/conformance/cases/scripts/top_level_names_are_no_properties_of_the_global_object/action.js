var a = 1;
function helper() {}
function action(ctx, api) {
  api.v1.claims.setClaim('k', [typeof globalThis.a, typeof globalThis.helper, typeof a, typeof helper]);
}
