// hostile: result_same_field_a_million_times
// what: one setter a million times
// outcome: output_limit
// trigger: external-authentication/post-authentication
// keeps: setFirstName
function act(ctx, api) {
  for (let i = 0; i < 1e6; i++) api.setFirstName(`SECRET${i}`);
}
