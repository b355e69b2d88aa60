// One name for both.
function mapGitHubOAuth(ctx, api) {
  const { externalUser, providerInfo } = ctx.v1;
  if (externalUser.externalIdpId != 'idp-1') return;
  for (const set of [api.setFirstName, api.setLastName]) set(providerInfo.name);
}
