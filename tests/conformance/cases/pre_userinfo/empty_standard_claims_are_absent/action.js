const { log } = require('zitadel/log');
function action(ctx) { const { claims } = ctx.v1; log('name' in claims, 'email_verified' in claims, 'updated_at' in claims, claims.given_name); }
