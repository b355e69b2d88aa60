const uuid = require('zitadel/uuid');
const { log } = require('zitadel/log');
function action() { log(uuid.v3('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'grüße')); log(uuid.v3('6BA7B810-9DAD-11D1-80B4-00C04FD430C8', '')); }
