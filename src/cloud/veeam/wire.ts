/** The connections to one appliance: trusts its pinned certificate alone. Loaded with the first request. */
import type { TokenSource } from '../credentials/types.ts';
import { createHttpClient, type VerifyingHttpClient } from '../httpClient.ts';
import { createArmPipeline, type ArmPipeline } from '../pipeline.ts';
import type { RequestLog } from '../requestLog.ts';
import type { ServiceEndpoint } from '../types.ts';
import { pinnedJudge, trusting, type PinnedCertificate } from './certificate.ts';

export interface WireParts {
  readonly endpoint: ServiceEndpoint;
  readonly certificate: PinnedCertificate;
  readonly log: RequestLog;
  /** Told when another certificate was presented. */
  onOther(presented: PinnedCertificate): void;
}

export class ApplianceWire {
  readonly endpoint: ServiceEndpoint;
  /** Without a token: for the sign-in alone. */
  readonly door: ArmPipeline;
  readonly #parts: WireParts;
  readonly #client: VerifyingHttpClient;

  constructor(parts: WireParts) {
    const { endpoint, certificate, log } = parts;
    this.#parts = parts;
    this.endpoint = endpoint;
    this.#client = createHttpClient(
      trusting(certificate),
      undefined,
      pinnedJudge(endpoint.label, certificate, (presented) => parts.onOther(presented)),
    );
    this.door = createArmPipeline({ environment: endpoint, client: this.#client, log });
  }

  /** With the token of a sign-in. */
  pipeline(tokens: TokenSource): ArmPipeline {
    const { endpoint, log } = this.#parts;
    return createArmPipeline({ environment: endpoint, tokens, client: this.#client, log });
  }

  dispose(): void {
    this.#client.dispose();
  }
}
