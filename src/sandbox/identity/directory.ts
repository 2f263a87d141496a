/** Who may sign in, and for what. One tenant with one service principal. */
export interface Directory {
  /** GUID of the tenant, as tokens (`tid`) and `/tenants` name it. */
  readonly tenantGuid: string;
  /** GUID of the service principal's application. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** GUID of the service principal itself (`oid`). */
  readonly objectId: string;
}

/**
 * The tenant name that Azure's clients take as "an ADFS server": they then ask this host for its endpoints and not
 * Microsoft's, which is what lets a private cloud sign in.
 */
export const adfsTenant = 'adfs';

/** Tenants that a token may be asked of; the last two are how clients say "the user's own". */
export function knowsTenant(directory: Directory, tenant: string): boolean {
  return [directory.tenantGuid, adfsTenant, 'common', 'organizations'].includes(tenant.toLowerCase());
}

/** Resources beside the resource manager that tokens are given for; the resource manager refuses those. */
const otherResources = ['https://graph.microsoft.com', 'https://graph.windows.net', 'https://storage.azure.com', 'https://vault.azure.net'];

/** Which resources are the resource manager: Azure's own names for it, and this server's. */
export class Audiences {
  readonly #resourceManager: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    const names = ['https://management.azure.com', 'https://management.core.windows.net', ...origins];
    this.#resourceManager = new Set(names.map(withoutSlashes));
  }

  isResourceManager(resource: string): boolean {
    return this.#resourceManager.has(withoutSlashes(resource));
  }

  isKnown(resource: string): boolean {
    return this.isResourceManager(resource) || otherResources.includes(withoutSlashes(resource));
  }

  /** As an error message lists them. */
  get resourceManagerNames(): readonly string[] {
    return [...this.#resourceManager].map((name) => `${name}/`);
  }
}

function withoutSlashes(resource: string): string {
  return resource.toLowerCase().replace(/\/+$/, '');
}
