// hostile: regex_replace_callback
// what: a replacement function that replaces again, without end
// outcome: timeout
// limits: timeout=0.15
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 'SECRET');
  'aaaa'.replace(/a/g, function again() { for (;;) 'aaaa'.replace(/a/g, () => ''); });
}
