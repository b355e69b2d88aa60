// hostile: result_deep
// what: a claim a hundred thousand levels deep
// outcome: invalid_value
// keeps: before
function act(ctx, api) {
  api.v1.claims.setClaim('before', 1);
  let claim = 'SECRET';
  for (let i = 0; i < 1e5; i++) claim = [claim];
  api.v1.claims.setClaim('claim', claim);
}
