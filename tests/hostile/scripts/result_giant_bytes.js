// hostile: result_giant_bytes
// what: metadata of sixty-four million bytes
// outcome: output_limit
// trigger: internal-authentication/post-authentication
// keeps: before
function act(ctx, api) {
  api.v1.user.appendMetadata('before', 'SECRET');
  api.v1.user.appendMetadataRaw('SECRET', new Uint8Array(2 ** 26));
}
