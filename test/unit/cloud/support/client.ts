import { createArmClient, type ArmClientSetup } from '../../../../src/cloud/armClient.ts';
import type { Governor } from '../../../../src/cloud/budget/governor.ts';
import type { TokenRequest, TokenSource } from '../../../../src/cloud/credentials/types.ts';
import { createHttpClient, type VerifyingHttpClient } from '../../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../../src/cloud/pipeline.ts';
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
class CountingTokens implements TokenSource {
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
  options: { tokens?: TokenSource; governor?: Governor; silenceMs?: number } & Pick<
    Partial<ArmClientSetup>,
    'remediesFor' | 'tenantOf'
  > = {},
): TestClient {
  const { tokens: otherTokens, governor, silenceMs, ...rest } = options;
  const log: RequestLogEntry[] = [];
  const tokens = new CountingTokens();
  let client: Promise<VerifyingHttpClient> | undefined;
  const arm = createArmClient({
    environment,
    ...(governor ? { heldBack: (method: string, url: string) => governor.heldBack(method, url) } : {}),
    ...rest,
    pipeline: async () =>
      createArmPipeline({
        environment,
        tokens: otherTokens ?? tokens,
        client: await (client ??= httpClientOf(environment, silenceMs)),
        log: { request: (entry) => log.push(entry) },
        ...(governor ? { governor } : {}),
        retry: { retries: 2, firstDelayMs: 5, longestDelayMs: 20, longestRetryAfterMs: 3000 },
      }),
  });
  return { arm, log, tokens, dispose: async () => (await client?.catch(() => undefined))?.dispose() };
}

export async function httpClientOf(environment: CloudEnvironment, silenceMs = 300): Promise<VerifyingHttpClient> {
  return createHttpClient(await secureContextOf(environment), { connectMs: Math.max(2000, silenceMs), silenceMs });
}
