const fs = require('fs');
function action() {}
