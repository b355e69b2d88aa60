// Puts a staff member's card into the token, from the user's and the organisation's
// metadata. Metadata that is JSON reads as a value, other metadata as text.
//
// Trigger: complement-token/pre-userinfo

const log = require('zitadel/log');

function staffCard(ctx, api) {
  const own = toObject(ctx.v1.user.getMetadata());
  const org = toObject(ctx.v1.org.getMetadata());
  const user = ctx.v1.getUser();
  if (own.staffNumber === undefined) {
    log.warn('user %s has no staff number', user.id);
    return;
  }
  api.v1.claims.setClaim('staff', {
    number: own.staffNumber,
    name: user.human ? `${user.human.firstName} ${user.human.lastName}` : user.machine.name,
    department: own.department || org.defaultDepartment || 'unassigned',
    site: org.site,
    since: user.creationDate.year(),
  });
}

function toObject(result) {
  return Object.fromEntries(result.metadata.map(({ key, value }) => [key, value]));
}
