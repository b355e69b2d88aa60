function first() { require('zitadel/log').mark = 1; require('zitadel/log').log = () => {}; }
