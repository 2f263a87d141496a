/** The way to a Veeam appliance of a sandbox whose answers are spoiled: the real certificate, sign-in, tokens and pipeline. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServiceClient } from '../../../src/cloud/armClient.ts';
import { createHttpClient, type TimeLimits, type VerifyingHttpClient } from '../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../src/cloud/pipeline.ts';
import type { RetryLimits } from '../../../src/cloud/retry.ts';
import type { ApplianceClient, ServiceEndpoint } from '../../../src/cloud/types.ts';
import { certificateOf, pinnedJudge, trusting } from '../../../src/cloud/veeam/certificate.ts';
import { appliancePage } from '../../../src/cloud/veeam/pages.ts';
import { SecretKeeper } from '../../../src/cloud/veeam/secretKeeper.ts';
import type { SignInDoor } from '../../../src/cloud/veeam/signIn.ts';
import { TokenKeeper } from '../../../src/cloud/veeam/tokenKeeper.ts';
import type { RunningSandbox } from '../../../src/sandbox/server/start.ts';

export class SpoiledAppliance {
  readonly origin: string;
  readonly client: ApplianceClient;
  readonly #http: VerifyingHttpClient;

  constructor({ endpoint: { veeam } }: RunningSandbox, limits: TimeLimits, retry: RetryLimits) {
    const [appliance] = veeam;
    const user = appliance?.users.find(({ username }) => username === 'veeam-admin');
    assert.ok(appliance && user);
    this.origin = appliance.url;
    const environment: ServiceEndpoint = { kind: 'appliance', label: 'Appliance', resourceManagerEndpoint: appliance.url };
    const pinned = certificateOf(new X509Certificate(appliance.certificate));
    this.#http = createHttpClient(
      trusting(pinned),
      limits,
      pinnedJudge('Appliance', pinned, () => undefined),
    );
    const kept = new Map([[`veeam:${appliance.url}`, JSON.stringify({ user: user.username, password: user.password })]]);
    const store = {
      get: (key: string) => Promise.resolve(kept.get(key)),
      store: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
      delete: (key: string) => Promise.resolve(void kept.delete(key)),
    };
    const door: SignInDoor = {
      endpoint: environment,
      pipeline: createArmPipeline({ environment, client: this.#http, retry }),
      now: Date.now,
    };
    const tokens = new TokenKeeper({
      door: () => Promise.resolve(door),
      secrets: new SecretKeeper(store, appliance.url),
      label: 'Appliance',
      now: Date.now,
    });
    const pipeline = createArmPipeline({ environment, tokens, client: this.#http, retry });
    const client = createServiceClient({ environment, pageIn: appliancePage, pipeline: () => Promise.resolve(pipeline) });
    this.client = { ...client, apiVersion: () => 'v8' };
  }

  dispose(): void {
    this.#http.dispose();
  }
}
