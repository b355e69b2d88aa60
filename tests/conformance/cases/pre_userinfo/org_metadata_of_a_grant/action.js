const { log } = require('zitadel/log');
function action(ctx) {
  ctx.v1.user.grants.grants.forEach((grant) => {
    const { count, metadata } = grant.getOrgMetadata();
    log(count, count > 0 ? metadata.find((entry) => entry.key === 'crm-id').value : '-');
  });
}
