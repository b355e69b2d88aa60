/*
 * Refuses every login.
 *
 * What the user reads ends in
 * the name of the function
 * and the place.
 */
function err(ctx, api) {
  throw 'some error';
}
