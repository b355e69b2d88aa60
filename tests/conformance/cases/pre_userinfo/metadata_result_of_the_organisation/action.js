const { log } = require('zitadel/log');
function action(ctx) { const { count, metadata } = ctx.v1.org.getMetadata(); log(count, metadata[0].key, metadata[0].value); }
