import { type App, type AppContext, readText, readTarget } from '../server/request.ts';
import type { Json } from '../arm/types.ts';
import { logAnswer, machineAnswer, pointAnswer, policyId, protectedItemAnswer, sessionAnswer, type Voice } from './answers.ts';
import type { Appliance } from './appliance.ts';
import { type RestorePoint, type Session, sessionStatuses } from './model.ts';
import { Problem } from './problem.ts';
import { page, Query } from './query.ts';
import type { SignIn } from './signIn.ts';
import { machinesToSnapshot } from './snapshotRequest.ts';
import type { User } from './users.ts';
import { type ApiVersion, dialectOf, versionsUpTo } from './versions.ts';

export interface ApplianceParts {
  readonly appliance: Appliance;
  readonly signIn: SignIn;
  /** What links start with, for a caller who reached the appliance under this origin. */
  readonly linkOrigin: (context: AppContext) => string;
  /** GUID of the one service account. */
  readonly accountId: string;
}

/** The REST API of an appliance: its sign-in, and below `/api/<version>` what each version has. */
export function addApplianceRoutes(app: App, parts: ApplianceParts): void {
  app.post('/api/oauth2/token', async (context) => {
    const type = context.req.header('content-type') ?? '';
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
      throw new Problem(415, `The content type '${type}' is not supported; send application/x-www-form-urlencoded.`);
    }
    return json(200, parts.signIn.token(await readText(context)));
  });
  app.delete('/api/oauth2/token', (context) => {
    parts.signIn.signOut(userOf(parts, context));
    return new Response(null, { status: 204 });
  });
  for (const version of versionsUpTo(parts.appliance.entry.newestVersion)) {
    addVersion(app, parts, version);
  }
}

function addVersion(app: App, parts: ApplianceParts, version: ApiVersion): void {
  const { appliance } = parts;
  const dialect = dialectOf(version);
  const base = `/api/${version}`;
  const voice = (context: AppContext): Voice => ({ version, origin: parts.linkOrigin(context) });
  // Says that the version is there, to anybody.
  app.get(`${base}/system/serviceisup`, () => new Response(null, { status: 200 }));
  // Checked before anything is looked up: without a token nothing is told, a route that is not there included.
  app.use(`${base}/*`, async (context: AppContext, next) => {
    userOf(parts, context);
    await next();
  });
  app.get(`${base}/system/about`, () =>
    json(200, {
      serverVersion: appliance.entry.release,
      workerVersion: appliance.entry.release,
      copyright: 'Sandbox of Backup Explorer; no software of Veeam.',
    }),
  );
  app.get(`${base}/virtualmachines`, (context) => {
    const query = queryOf(context);
    const pattern = query.text('SearchPattern')?.toLowerCase() ?? '';
    const subscription = query.text('SubscriptionId')?.toLowerCase();
    const regions = query.list('RegionIds').map((region) => region.toLowerCase());
    const machines = appliance
      .machines()
      .filter(({ name }) => name.toLowerCase().includes(pattern))
      .filter(({ subscriptionId }) => subscription === undefined || subscriptionId.toLowerCase() === subscription)
      .filter(({ location }) => regions.length === 0 || regions.includes(location));
    return json(
      200,
      page(query, machines, (machine) => machineAnswer(voice(context), appliance, machine)),
    );
  });
  app.post(`${base}/virtualmachines/takesnapshot`, async (context) => {
    mustOperate(userOf(parts, context));
    const machines = machinesToSnapshot(appliance, parts.accountId, dialect, await readJson(context));
    if (dialect.takeSnapshot === 'flat') {
      return json(200, sessionAnswer(voice(context), appliance.takeSnapshot(machines)));
    }
    const sessions = machines.map((machine) => appliance.takeSnapshot([machine]));
    return json(
      202,
      page(queryOf(context), sessions, (session) => sessionAnswer(voice(context), session)),
    );
  });
  app.get(`${base}/virtualmachines/:id`, (context) => {
    const id = context.req.param('id') ?? '';
    const machine = appliance.machine(id) ?? missing('Azure VM', id);
    return json(200, machineAnswer(voice(context), appliance, machine));
  });
  addSessions(app, parts, version);
  app.get(base + dialect.restorePoints.toLowerCase(), (context) => {
    const query = queryOf(context);
    const machineId = query.text('VirtualMachineId')?.toLowerCase();
    const points = appliance.points().filter((point) => machineId === undefined || point.machine.id === machineId);
    return json(
      200,
      page(query, query.flag('OnlyLatest') ? latest(points) : points, (point) => pointAnswer(voice(context), point)),
    );
  });
  app.get(`${base}${dialect.restorePoints.toLowerCase()}/:id`, (context) => {
    const id = context.req.param('id') ?? '';
    const point = appliance.points().find((known) => known.id === id) ?? missing('restore point', id);
    return json(200, pointAnswer(voice(context), point));
  });
  if (dialect.serviceAccounts) {
    app.get(`${base}/accounts/azure/service`, (context) =>
      json(
        200,
        page(queryOf(context), [parts.accountId], (accountId) => ({
          accountId,
          name: 'northwind-veeam',
          region: 'Global',
          tenantId: appliance.world.tenantId,
          accountState: 'Created',
          cloudState: 'Valid',
          _links: {},
        })),
      ),
    );
  }
}

function addSessions(app: App, parts: ApplianceParts, version: ApiVersion): void {
  const { appliance } = parts;
  const dialect = dialectOf(version);
  const voice = (context: AppContext): Voice => ({ version, origin: parts.linkOrigin(context) });
  const sessionOf = (context: AppContext): Session => {
    const id = context.req.param('id') ?? '';
    return appliance.session(id) ?? missing('session', id);
  };
  const base = `/api/${version}/jobsessions`;
  app.get(base, (context) => {
    const query = queryOf(context);
    const sessions = selectSessions(query, dialect.sessionsOf, appliance.sessions());
    return json(
      200,
      page(query, sessions, (session) => sessionAnswer(voice(context), session)),
    );
  });
  for (const one of dialect.singularSessions ? [base, `/api/${version}/jobsession`] : [base]) {
    app.get(`${one}/:id`, (context) => json(200, sessionAnswer(voice(context), sessionOf(context))));
    app.get(`${one}/:id/log`, (context) => json(200, logAnswer(sessionOf(context))));
    app.get(`${one}/:id/protecteditems`, (context) => {
      const session = sessionOf(context);
      const query = queryOf(context);
      const pattern = query.text('NameSearchPattern')?.toLowerCase() ?? '';
      const machines = session.machines.filter(({ name }) => name.toLowerCase().includes(pattern));
      return json(
        200,
        page(query, machines, (machine) => protectedItemAnswer(voice(context), session, machine)),
      );
    });
    app.post(`${one}/:id/stop`, (context) => {
      mustOperate(userOf(parts, context));
      const session = sessionOf(context);
      if (!appliance.stop(session)) {
        throw new Problem(400, `The session '${session.id}' cannot be stopped: its status is ${session.status}.`);
      }
      return new Response(null, { status: 204 });
    });
  }
}

function selectSessions(query: Query, sessionsOf: 'VmId' | 'ResourceId', sessions: readonly Session[]): readonly Session[] {
  const statuses = query.words('Status', sessionStatuses);
  const types = query.list('Types').map((type) => type.toLowerCase());
  const machineId = query.text(sessionsOf)?.toLowerCase();
  const policy = query.text('PolicyId')?.toLowerCase();
  const [from, to] = [query.moment('FromUtc'), query.moment('ToUtc')];
  return sessions
    .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
    .filter(({ type }) => types.length === 0 || types.includes(type.toLowerCase()))
    .filter(({ machines }) => machineId === undefined || machines.some(({ id }) => id === machineId))
    .filter(({ policyName }) => policy === undefined || (policyName !== undefined && policy === policyId))
    .filter(({ startedAt }) => (from === undefined || startedAt >= from) && (to === undefined || startedAt <= to));
}

/** The newest point of each machine. */
function latest(points: readonly RestorePoint[]): readonly RestorePoint[] {
  return points.filter((point, at) => points.findIndex(({ machine }) => machine.id === point.machine.id) === at);
}

function userOf(parts: ApplianceParts, context: AppContext): User {
  return parts.signIn.authenticate(context.req.header('authorization'));
}

function mustOperate(user: User): void {
  if (user.role === 'RestoreOperator') {
    throw new Problem(403, 'The user sending the request does not have adequate privileges to perform the operation.');
  }
}

function missing(kind: string, id: string): never {
  throw new Problem(404, `The ${kind} with the ID '${id}' was not found.`);
}

function queryOf(context: AppContext): Query {
  return new Query(readTarget(context.env.incoming.url ?? '/').query);
}

async function readJson(context: AppContext): Promise<unknown> {
  const type = context.req.header('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new Problem(415, `The content type '${type}' is not supported; send application/json.`);
  }
  const text = await readText(context);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'The request body is no JSON.', { errors: { body: ['The request body is no JSON.'] } });
  }
}

function json(status: number, body: Json): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json; charset=utf-8' } });
}
