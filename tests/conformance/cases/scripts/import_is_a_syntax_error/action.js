import { log } from 'zitadel/log';
function action() {}
