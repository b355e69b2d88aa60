const http = require('zitadel/http');
const { log } = require('zitadel/log');
function action() {
  const reply = http.fetch('http://site.test/', { headers: { Host: 'other.example', 'Content-Length': '99', 'Accept-Encoding': 'br' } });
  const sent = reply.json().headers.filter(([name]) => name !== 'User-Agent');
  log(sent.map(([name]) => name).sort().join(), sent.some(([, value]) => value === 'other.example' || value === 'br'));
}
