/** What a window keeps of appliances, over the appliances of the sandbox: memory, secrets, log and clock in plain sight. */
import { Appliances, type Entrance } from '../../../../src/cloud/veeam/appliances.ts';
import type { RequestLogEntry } from '../../../../src/cloud/requestLog.ts';
import type { Appliance } from '../../../../src/cloud/veeam/appliance.ts';
import type { PinnedCertificate } from '../../../../src/cloud/veeam/certificate.ts';
import type { Appliances as SandboxAppliances } from '../../sandbox/veeamSupport.ts';

export class ApplianceWindow {
  readonly memory: Map<string, unknown>;
  readonly secrets: Map<string, string>;
  readonly log: RequestLogEntry[] = [];
  version: unknown;
  readonly appliances: Appliances;

  /** @param beside a window whose memory and secrets this one shares */
  constructor(now: () => number, beside?: ApplianceWindow) {
    this.memory = beside?.memory ?? new Map<string, unknown>();
    this.secrets = beside?.secrets ?? new Map<string, string>();
    const { memory, secrets, log } = this;
    this.appliances = new Appliances({
      memory: { get: (key) => memory.get(key), update: (key, value) => Promise.resolve(void memory.set(key, value)) },
      secrets: {
        get: (key) => Promise.resolve(secrets.get(key)),
        store: (key, value) => Promise.resolve(void secrets.set(key, value)),
        delete: (key) => Promise.resolve(void secrets.delete(key)),
      },
      log: { request: (entry) => log.push(entry) },
      remediesFor: () => [],
      versionSetting: () => this.version,
      now,
    });
  }

  look(origin: string): Promise<PinnedCertificate> {
    return this.appliances.look(origin, new AbortController().signal);
  }

  /** Adds an appliance of the sandbox, as a person does who trusts what it presents. */
  async enter(sandbox: SandboxAppliances, parts: Partial<Entrance> & { readonly name?: string } = {}): Promise<Appliance> {
    const { name = 'veeam', user = 'veeam-admin', ...rest } = parts;
    const { url } = sandbox.server(name).endpoint;
    return this.appliances.enter(
      {
        origin: url,
        certificate: await this.look(url),
        user,
        password: sandbox.password(user, name),
        askCode: () => Promise.reject(new Error('no code is asked for')),
        ...rest,
      },
      new AbortController().signal,
    );
  }
}
