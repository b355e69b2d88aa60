function mapGitHubOAuth(ctx, api) {
  if (ctx.v1.externalUser.externalIdpId != 'idp-1') return;
  const { name } = ctx.v1.providerInfo;
  api.setFirstName(name);
  api.setLastName(name);
}
