/**
 * `/metadata/endpoints`: how Azure's clients learn a cloud's addresses. Its shape depends on the api-version:
 * a flat object in 2015-01-01 (what `az cloud register` reads), a list of clouds from 2018 to 2021, one cloud from 2022.
 */
export function cloudMetadata(origin: string, apiVersion: string): unknown {
  const loginEndpoint = `${origin}/adfs`;
  const audience = `${origin}/`;
  if (apiVersion < '2018') {
    return {
      galleryEndpoint: audience,
      graphEndpoint: audience,
      portalEndpoint: audience,
      graphAudience: audience,
      authentication: { loginEndpoint, audiences: [audience] },
    };
  }
  const cloud = {
    name: 'Sandbox',
    portal: origin,
    authentication: { loginEndpoint, audiences: [audience, 'https://management.azure.com/'], tenant: 'adfs', identityProvider: 'ADFS' },
    resourceManager: origin,
    graph: audience,
    graphAudience: audience,
    microsoftGraphResourceId: audience,
    gallery: audience,
    media: audience,
    batch: audience,
    sqlManagement: audience,
    vmImageAliasDoc: `${origin}/metadata/aliases.json`,
    activeDirectoryDataLake: audience,
    suffixes: {
      storage: 'sandbox.invalid',
      keyVaultDns: 'vault.sandbox.invalid',
      sqlServerHostname: 'database.sandbox.invalid',
      acrLoginServer: 'azurecr.sandbox.invalid',
      azureDataLakeStoreFileSystem: 'datalake.sandbox.invalid',
      azureDataLakeAnalyticsCatalogAndJob: 'analytics.sandbox.invalid',
    },
  };
  return apiVersion < '2022' ? [cloud] : cloud;
}
