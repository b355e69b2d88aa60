function second() { const module = require('zitadel/log'); module.log(module.mark === undefined); }
