// hostile: result_attribute_in_an_attribute
// what: while a SAML attribute is written its value sets the same attribute: the inner one was first
// outcome: succeeded
// trigger: complement-saml/pre-response
// keeps: name
function act(ctx, api) {
  const { setCustomAttribute } = api.v1.attributes;
  setCustomAttribute('name', '', { toString() { setCustomAttribute('name', '', 'SECRET'); return 'outer'; } });
}
