function action() {
  require('lodash');
}
