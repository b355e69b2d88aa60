'use strict';
const top = this;
const { log } = require('zitadel/log');
function action() { log(top === globalThis); }
