import type { Limits } from '../arm/limits.ts';
import type { HeldClock } from './clock.ts';
import { type App, type AppContext, readText } from './request.ts';
import { timingSafeEqual } from 'node:crypto';
import { globToRegExp } from '../faults/pattern.ts';
import type { FaultPlan } from '../faults/plan.ts';
import { FaultsError, parseFaults } from '../faults/schema.ts';
import type { Ledger } from './ledger.ts';
import { addVeeamControl } from '../veeam/control.ts';
import type { ApplianceServer } from '../veeam/applianceServer.ts';
import { type BlobControl, addBlobRoutes } from './blobRoutes.ts';
import { addLifelineRoutes } from './lifelineRoutes.ts';
import type { Lifelines } from './lifelines.ts';
import { type Changes, addWorldRoutes } from './worldRoutes.ts';

export interface ControlParts {
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly lifelines: Lifelines;
  readonly clock: Pick<HeldClock, 'hold' | 'release'>;
  readonly limits: Pick<Limits, 'state'>;
  readonly clientSecret: string;
  /** Throws where the request's bearer token is not good for the resource manager. */
  readonly authenticate: (headers: Readonly<Record<string, string>>) => Promise<void>;
  readonly facts: () => Record<string, unknown>;
  readonly changes?: Changes;
  readonly storage?: BlobControl;
  readonly appliances: readonly ApplianceServer[];
}

/** Header that carries the printed client secret, for callers that have no token at hand. */
export const secretHeader = 'x-sandbox-secret';

/** `/_sandbox/...`: what tests turn and read while the sandbox runs. Neither delayed, nor hit by faults, nor in the ledger. */
export function addControlRoutes(app: App, parts: ControlParts): void {
  app.get('/_sandbox/health', () => Response.json({ status: 'ok', requests: parts.ledger.count, ...parts.facts() }));
  app.use('/_sandbox/*', async (context, next) => {
    if (await mayControl(parts, context.req.header())) {
      return next();
    }
    const hint = `Send a bearer token of the resource manager, or the printed clientSecret in the header ${secretHeader}.`;
    return refuse(401, 'Unauthorized', hint);
  });
  app.get('/_sandbox/faults', () => Response.json({ faults: parts.faults.list() }));
  app.put('/_sandbox/faults', (context) => takeFaults(parts, context, (faults) => parts.faults.replace(faults)));
  app.post('/_sandbox/faults', (context) => takeFaults(parts, context, (faults) => parts.faults.add(faults)));
  app.delete('/_sandbox/faults', () => {
    parts.faults.replace([]);
    return new Response(null, { status: 204 });
  });
  app.get('/_sandbox/ledger', (context) => {
    const { method, path } = context.req.query();
    const pattern = path === undefined ? undefined : globToRegExp(path);
    const entries = parts.ledger
      .list()
      .filter((entry) => (method === undefined || entry.method === method.toUpperCase()) && (pattern?.test(entry.path) ?? true));
    return Response.json({ total: parts.ledger.count, entries });
  });
  app.delete('/_sandbox/ledger', () => {
    parts.ledger.clear();
    return new Response(null, { status: 204 });
  });
  app.get('/_sandbox/quota', () => Response.json(parts.limits.state()));
  for (const turn of ['hold', 'release'] as const) {
    app.post(`/_sandbox/time/${turn}`, () => {
      parts.clock[turn]();
      return new Response(null, { status: 204 });
    });
  }
  if (parts.changes !== undefined) {
    addWorldRoutes(app, parts.changes, (message) => refuse(400, 'InvalidWorldChange', message));
  }
  addVeeamControl(app, parts.appliances, (message) => refuse(400, 'InvalidVeeamChange', message));
  if (parts.storage !== undefined) {
    addBlobRoutes(app, parts.storage, refuse);
  }
  addLifelineRoutes(app, parts.lifelines, (id) => refuse(404, 'NotFound', `There is no lifeline ${JSON.stringify(id)}.`));
  app.all('/_sandbox/*', (context) =>
    refuse(404, 'NotFound', `${context.req.method} ${context.req.path} is none of the control endpoints.`),
  );
}

async function takeFaults(
  parts: ControlParts,
  context: AppContext,
  apply: (faults: ReturnType<typeof parseFaults>['faults']) => void,
): Promise<Response> {
  try {
    apply(parseFaults(JSON.parse(await readText(context))).faults);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof FaultsError) {
      return refuse(400, 'InvalidFaults', error.message);
    }
    throw error;
  }
  return Response.json({ faults: parts.faults.list() });
}

async function mayControl(parts: ControlParts, headers: Readonly<Record<string, string>>): Promise<boolean> {
  const given = Buffer.from(headers[secretHeader] ?? '');
  const expected = Buffer.from(parts.clientSecret);
  if (given.length === expected.length && timingSafeEqual(given, expected)) {
    return true;
  }
  return parts.authenticate(headers).then(
    () => true,
    () => false,
  );
}

function refuse(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}
