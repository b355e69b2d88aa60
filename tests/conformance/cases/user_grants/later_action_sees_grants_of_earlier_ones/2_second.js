const { log } = require('zitadel/log');
function second(ctx, api) { log(api.userGrants.length, api.userGrants[0].projectID, api.userGrants[0].roles.join()); api.userGrants.push({ projectID: 'two' }); }
