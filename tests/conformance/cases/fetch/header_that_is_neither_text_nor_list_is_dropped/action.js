const http = require('zitadel/http');
const { log } = require('zitadel/log');
const lines = (reply, ...names) => JSON.stringify(reply.json().headers.filter(([name]) => names.includes(name)));
function action() { log(lines(http.fetch('http://site.test/', { headers: { 'x-a': 1, 'x-b': '2' } }), 'X-A', 'X-B')); }
