function groups(ctx, api) {
  const { grants } = ctx.v1.user;
  if (!grants || grants.count === 0) return;
  const names = [];
  for (const grant of grants.grants) {
    const entry = grant.getOrgMetadata().metadata.find(({ key }) => key === 'crm-id');
    if (!entry) continue;
    for (const role of grant.roles) names.push(`${role}:${entry.value}`);
  }
  api.v1.claims.setClaim('groups', names);
}
