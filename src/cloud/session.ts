/** One signed-in stay at one cloud: its addresses, its way of signing in, and the client over both. */
import { stringAt } from '../core/json.ts';
import type { RemediesFor } from './armErrors.ts';
import { createArmClient } from './armClient.ts';
import { createBlobReader } from './blobReader.ts';
import { claimsOf } from './credentials/claims.ts';
import { TokenCache } from './credentials/tokenCache.ts';
import type { Governor } from './budget/governor.ts';
import type { HoldNotice } from './budget/holdNotices.ts';
import type { Credential, TokenSource } from './credentials/types.ts';
import type { VerifyingHttpClient } from './httpClient.ts';
import type { ArmPipeline, PipelineSetup } from './pipeline.ts';
import type { RequestLog } from './requestLog.ts';
import { secureContextOf } from './trust.ts';
import type { ArmClient, CloudEnvironment, Subscription } from './types.ts';

export interface SessionSetup {
  readonly environment: CloudEnvironment;
  readonly log: RequestLog;
  readonly remediesFor?: RemediesFor;
  /** Told when what a person asked for has to wait for the cloud's limits. */
  readonly onHold?: (notice: HoldNotice) => void;
}

/** The connections to a cloud, made and loaded when the first request needs them. */
export class Wire {
  readonly #environment: CloudEnvironment;
  #client: Promise<VerifyingHttpClient> | undefined;

  constructor(environment: CloudEnvironment) {
    this.#environment = environment;
  }

  /** @throws BackupError where the certificate authority file cannot be used; asked again the next time. */
  readonly client = (): Promise<VerifyingHttpClient> => {
    this.#client ??= this.#make().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  };

  async #make(): Promise<VerifyingHttpClient> {
    const [{ createHttpClient }, secureContext] = await Promise.all([import('./httpClient.ts'), secureContextOf(this.#environment)]);
    return createHttpClient(secureContext);
  }

  dispose(): void {
    void this.#client?.then(
      (client) => client.dispose(),
      () => undefined,
    );
  }
}

export class Session {
  readonly environment: CloudEnvironment;
  readonly credential: Credential;
  readonly arm: ArmClient;
  readonly #tokens: TokenSource;
  readonly #wire: Wire;
  readonly #tenantOfSubscription = new Map<string, string>();
  readonly #homeIds = new Set<string>();
  #homeTenantId: string | undefined;
  #pipeline: Promise<ArmPipeline> | undefined;
  /** One for all clients of this stay: of the resource manager and of the blobs. */
  #governor: Governor | undefined;
  #isOver = false;

  constructor(setup: SessionSetup, credential: Credential, wire: Wire) {
    this.environment = setup.environment;
    this.credential = credential;
    this.#wire = wire;
    this.#homeTenantId = credential.homeTenantId;
    this.#isHome(credential.homeTenantId);
    const cache = new TokenCache(credential);
    this.#tokens = {
      getToken: ({ tenantId, ...request }) =>
        // The home tenant has several names (a GUID, a domain, `adfs`) and one token.
        cache.getToken(tenantId === undefined || this.#homeIds.has(tenantId.toLowerCase()) ? request : { ...request, tenantId }),
    };
    this.arm = createArmClient({
      environment: setup.environment,
      pipeline: () => this.#load(setup),
      tenantOf: (url) => this.#tenantOfSubscription.get(/\/subscriptions\/+([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? ''),
      pace: (url) => this.#governor?.paceMs(url) ?? 0,
      heldBack: (method, url) => this.#governor?.heldBack(method, url),
      ...(setup.remediesFor ? { remediesFor: setup.remediesFor } : {}),
      ...(setup.environment.storage ? { blobs: createBlobReader(setup.environment, () => this.#through(setup)) } : {}),
    });
    // Loads while the token is fetched. A failure is told by the first request.
    this.#load(setup).catch(() => undefined);
  }

  /** Id of the tenant that tokens are for where none is named; known after `verify`, unless the token does not tell. */
  get homeTenantId(): string | undefined {
    return this.#homeTenantId;
  }

  /** Gets the first token. @throws BackupError where the sign-in does not work. */
  async verify(): Promise<void> {
    const { token } = await this.#tokens.getToken({});
    const tenantId = tenantOfToken(token);
    this.#isHome(tenantId);
    this.#homeTenantId = tenantId ?? this.#homeTenantId;
  }

  /** Remembers whose token opens which subscription. */
  learn(subscriptions: readonly Subscription[]): void {
    for (const { subscriptionId, tenantId } of subscriptions) {
      if (tenantId !== undefined) {
        this.#tenantOfSubscription.set(subscriptionId.toLowerCase(), tenantId);
      }
    }
  }

  dispose(): void {
    this.#isOver = true;
    this.#governor?.close();
    this.#wire.dispose();
    this.credential.dispose?.();
  }

  #isHome(tenantId: string | undefined): void {
    if (tenantId !== undefined) {
      this.#homeIds.add(tenantId.toLowerCase());
    }
  }

  #load(setup: SessionSetup): Promise<ArmPipeline> {
    this.#pipeline ??= Promise.all([import('./pipeline.ts'), this.#through(setup)])
      .then(([{ createArmPipeline }, through]) => createArmPipeline(through))
      .catch((error: unknown) => {
        this.#pipeline = undefined;
        throw error;
      });
    return this.#pipeline;
  }

  async #through({ environment, log, onHold }: SessionSetup): Promise<PipelineSetup> {
    const [{ Governor }, { defaultRetryLimits }, client] = await Promise.all([
      import('./budget/governor.ts'),
      import('./retry.ts'),
      this.#wire.client(),
    ]);
    this.#governor ??= new Governor({
      label: environment.label,
      ...(environment.speed === undefined ? {} : { speed: environment.speed }),
      longestHoldMs: defaultRetryLimits.longestRetryAfterMs,
      log: (line) => log.note?.(line),
      ...(onHold ? { onHold } : {}),
    });
    if (this.#isOver) {
      this.#governor.close();
    }
    return { environment, tokens: this.#tokens, client, log, governor: this.#governor };
  }
}

/** The tenant that a token is for, where it tells; not a proof of anything. */
function tenantOfToken(token: string): string | undefined {
  return stringAt(claimsOf(token), 'tid');
}
