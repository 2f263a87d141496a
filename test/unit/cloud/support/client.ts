import { createArmClient, type ArmClientSetup } from '../../../../src/cloud/armClient.ts';
import type { TokenRequest, TokenSource } from '../../../../src/cloud/credentials/types.ts';
import { createArmPipeline, type ArmPipeline, type PipelineSetup } from '../../../../src/cloud/pipeline.ts';
import type { RequestLogEntry } from '../../../../src/cloud/requestLog.ts';
import { secureContextOf } from '../../../../src/cloud/trust.ts';
import type { ArmClient, CloudEnvironment } from '../../../../src/cloud/types.ts';

export function environmentAt(origin: string, certificateAuthorityFile?: string): CloudEnvironment {
  return {
    kind: 'custom',
    label: 'Test Cloud',
    resourceManagerEndpoint: origin,
    authorityHost: origin,
    audience: `${origin}/`,
    ...(certificateAuthorityFile === undefined ? {} : { certificateAuthorityFile }),
  };
}

/** Gives `token-1`, and the next number whenever a fresh one is asked for. */
export class CountingTokens implements TokenSource {
  readonly asked: TokenRequest[] = [];
  count = 1;

  getToken(request: TokenRequest): Promise<{ token: string; expiresAt: number }> {
    this.asked.push(request);
    if (request.fresh) {
      this.count++;
    }
    return Promise.resolve({ token: `token-${this.count}`, expiresAt: Date.now() + 3_600_000 });
  }
}

export interface TestClient {
  readonly arm: ArmClient;
  readonly log: RequestLogEntry[];
  readonly tokens: CountingTokens;
  dispose(): Promise<void>;
}

/** A client with short waits, over the real pipeline. */
export function clientOf(
  environment: CloudEnvironment,
  options: Partial<Omit<PipelineSetup, 'environment'>> & Pick<Partial<ArmClientSetup>, 'remediesFor' | 'tenantOf'> = {},
): TestClient {
  const { remediesFor, tenantOf, ...pipelineOptions } = options;
  const log: RequestLogEntry[] = [];
  const tokens = new CountingTokens();
  let pipeline: Promise<ArmPipeline> | undefined;
  const arm = createArmClient({
    environment,
    ...(remediesFor ? { remediesFor } : {}),
    ...(tenantOf ? { tenantOf } : {}),
    pipeline: () =>
      (pipeline ??= secureContextOf(environment).then((secureContext) =>
        createArmPipeline({
          environment,
          tokens,
          log: { request: (entry) => log.push(entry) },
          retry: { retries: 2, firstDelayMs: 5, longestDelayMs: 20, longestRetryAfterMs: 3000 },
          time: { connectMs: 2000, silenceMs: 300 },
          ...(secureContext ? { secureContext } : {}),
          ...pipelineOptions,
        }),
      )),
  });
  return { arm, log, tokens, dispose: async () => (await pipeline?.catch(() => undefined))?.dispose() };
}
