// What most actions are like: metadata and twenty grants become three claims and two logs.
function w2(ctx, api) {
  const { grants } = ctx.v1.user;
  if (grants === undefined || grants.count === 0) return;

  const facts = Object.fromEntries(
    ctx.v1.user.getMetadata().metadata.map(({ key, value }) => [key, value]),
  );
  const granted = grants.grants.filter(({ state }) => state === 1);
  const flat = granted.flatMap(({ projectId, roles }) => roles.map((role) => `${projectId}:${role}`));
  const projects = new Map();
  for (const { projectId, roles } of granted) {
    projects.set(projectId, [...(projects.get(projectId) ?? []), ...roles]);
  }
  const distinct = [...new Set([...projects.values()].flat())].sort();

  const { id, human } = ctx.v1.getUser();
  const { claims } = api.v1;
  claims.setClaim('urn:flat:roles', flat);
  claims.setClaim('urn:roles', distinct.join(' '));
  claims.setClaim('urn:profile', {
    department: facts.department ?? 'none',
    level: Number.parseInt(facts.level ?? '0', 10),
    name: [human.firstName, human.lastName].join(' '),
    projects: projects.size,
  });
  claims.appendLogIntoClaims(`flattened ${flat.length} roles`);
  claims.appendLogIntoClaims(`user ${id} has ${distinct.length} distinct roles`);
}
