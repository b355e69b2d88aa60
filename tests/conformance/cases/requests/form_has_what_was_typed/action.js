const { log } = require('zitadel/log');
function action(ctx) { log(ctx.v1.httpRequest.form.password[0], ctx.v1.httpRequest.postForm.password.join()); }
