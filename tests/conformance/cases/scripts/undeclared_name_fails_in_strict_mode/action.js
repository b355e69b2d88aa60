function action() {
  'use strict';
  undeclared = 5;
}
