import type { Appliance } from './appliance.ts';
import { ApplianceServer, type ApplianceServerParts } from './applianceServer.ts';

/**
 * Starts all appliances, each on a port of its own: the first on the given one, the others on those that follow it.
 * @throws StartError where one cannot listen; the others are closed by then.
 */
export async function startAppliances(appliances: readonly Appliance[], parts: ApplianceServerParts): Promise<readonly ApplianceServer[]> {
  const started = await Promise.allSettled(
    appliances.map((appliance, at) => ApplianceServer.start(appliance, { ...parts, port: parts.port === 0 ? 0 : parts.port + at })),
  );
  const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(servers.map((server) => server.close()));
    throw failed.reason;
  }
  return servers;
}
