require('zitadel/uuid').v4(1);
function action() {}
