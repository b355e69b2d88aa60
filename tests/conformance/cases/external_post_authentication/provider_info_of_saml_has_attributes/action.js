const { log } = require('zitadel/log');
function action(ctx) {
  const { attributes } = ctx.v1.providerInfo;
  log(ctx.v1.providerInfo.iD, attributes['urn:oid:2.5.4.42'][0], attributes.missing === undefined);
}
