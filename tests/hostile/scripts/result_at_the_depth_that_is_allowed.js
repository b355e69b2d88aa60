// hostile: result_at_the_depth_that_is_allowed
// what: a claim as deep as it may be, which every reader on the way has to bear
// outcome: succeeded
// keeps: claim
function act(ctx, api) {
  let claim = 'SECRET';
  for (let i = 0; i < 512; i++) claim = [claim];
  api.v1.claims.setClaim('claim', claim);
}
