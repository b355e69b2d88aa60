// hostile: loop_label
// what: nested labelled loops that continue each other
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  SECRET: for (;;) { inner: do { switch (1) { case 1: continue SECRET; default: break inner; } } while (true); }
}
