// A text that is thrown.
function err(ctx, api) {
  throw 'an internal word';
}
