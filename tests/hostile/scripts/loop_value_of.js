// hostile: loop_value_of
// what: a number whose valueOf never returns
// outcome: timeout
// limits: timeout=0.15
// trigger: internal-authentication/pre-creation
// keeps: setFirstName
function act(ctx, api) {
  api.setFirstName('before');
  api.setGender({ valueOf() { for (;;); } });
}
