const store = require('zitadel/metadata/user');
function action() {
  store.set('a', 1);
}
