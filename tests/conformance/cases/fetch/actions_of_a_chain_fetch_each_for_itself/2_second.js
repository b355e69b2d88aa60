const http = require('zitadel/http');
const { log } = require('zitadel/log');
function second(ctx) { log(http.fetch(`http://site.test/${ctx.v1.claims.id}`).json().path); }
