// hostile: proto_roles_to_json
// what: arrays get a toJSON, by which the roles of a grant would be something else
// outcome: succeeded
// realm: shared fresh
// trigger: internal-authentication/post-creation
// keeps: before
Reflect.set(Array.prototype, 'toJSON', () => ({ SECRET: 1 }));
Reflect.set(String.prototype, 'toJSON', () => ({ SECRET: 1 }));
function act(ctx, api) {
  api.v1.appendUserGrant({ projectId: 'before', roles: ['r'] });
}
