import { z } from 'zod';
import type { App, AppContext } from '../server/request.ts';
import { readText } from '../server/request.ts';
import type { ApplianceServer } from './applianceServer.ts';
import type { ProtectedMachine } from './model.ts';
import type { User } from './users.ts';

/** A change that cannot be, for a person: what was wrong, what could be. */
class ChangeError extends Error {}

const name = z.string().min(1);
/** By name; the first where left out. */
const at = { appliance: name.optional() };

/** By the last part of their path; paths of the sandbox are without case. */
const actions = {
  'change-certificate': action(z.strictObject(at), (server) => server.changeCertificate()),
  'lock-user': action(z.strictObject({ ...at, username: name }), (server, { username }) => {
    userOf(server, username).locked = true;
  }),
  'unlock-user': action(z.strictObject({ ...at, username: name }), (server, { username }) => {
    userOf(server, username).locked = false;
  }),
  'expire-tokens': action(z.strictObject({ ...at, username: name.optional(), refresh: z.boolean().default(false) }), (server, asked) => {
    const user = asked.username === undefined ? {} : { user: userOf(server, asked.username) };
    server.signIn.expire({ ...user, refresh: asked.refresh });
  }),
  'remove-machine': action(z.strictObject({ ...at, machine: name }), (server, { machine }) => {
    server.appliance.removeMachine(machineOf(server, machine));
  }),
  'set-outcome': action(
    z.strictObject({ ...at, machine: name, outcome: z.enum(['succeeds', 'warns', 'fails']).nullable() }),
    (server, { machine, outcome }) => server.appliance.setOutcome(machineOf(server, machine), outcome ?? undefined),
  ),
  'set-link-origin': action(z.strictObject({ ...at, origin: z.url({ protocol: /^https$/ }).nullable() }), (server, { origin }) => {
    server.linkOrigin = origin === null ? undefined : new URL(origin).origin;
  }),
};

type Run = (servers: readonly ApplianceServer[], body: unknown) => Promise<ApplianceServer>;

function action<Schema extends z.ZodType<{ appliance?: string | undefined }>>(
  schema: Schema,
  run: (server: ApplianceServer, given: z.output<Schema>) => void | Promise<void>,
): Run {
  return async (servers, body) => {
    const given = schema.parse(body);
    const server = servers.find(({ appliance }) => given.appliance === undefined || appliance.entry.name === given.appliance);
    if (server === undefined) {
      const names = servers.map(({ appliance }) => appliance.entry.name).join(', ');
      throw new ChangeError(`There is no appliance ${JSON.stringify(given.appliance)}; there are ${names}.`);
    }
    await run(server, given);
    return server;
  };
}

/** `/_sandbox/veeam`: what the appliances are, and what happens to them. */
export function addVeeamControl(app: App, servers: readonly ApplianceServer[], refuse: (message: string) => Response): void {
  app.get('/_sandbox/veeam', () => Response.json({ appliances: servers.map(view) }));
  app.get('/_sandbox/veeam/tokens', () => Response.json({ tokens: servers.flatMap(({ signIn }) => signIn.issued()) }));
  for (const [path, run] of Object.entries(actions)) {
    app.post(`/_sandbox/veeam/${path}`, (context) => answer(context, servers, run, refuse));
  }
}

async function answer(
  context: AppContext,
  servers: readonly ApplianceServer[],
  run: Run,
  refuse: (message: string) => Response,
): Promise<Response> {
  try {
    const text = await readText(context);
    return Response.json(view(await run(servers, JSON.parse(text === '' ? '{}' : text))));
  } catch (error) {
    if (error instanceof z.ZodError) {
      return refuse(error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`).join('\n'));
    }
    if (error instanceof SyntaxError || error instanceof ChangeError) {
      return refuse(error.message);
    }
    throw error;
  }
}

function view(server: ApplianceServer): Record<string, unknown> {
  const { appliance, endpoint } = server;
  const sessions = appliance
    .sessions()
    .map(({ id, type, status, machines }) => ({ id, type, status, machines: machines.map((one) => one.name) }));
  const machines = appliance.machines().map(({ id, name: called, azureId }) => ({ id, name: called, azureId }));
  return { ...endpoint, linkOrigin: server.linkOrigin ?? null, machines, sessions };
}

function userOf(server: ApplianceServer, username: string): User {
  const user = server.users.find((known) => known.username === username);
  if (user === undefined) {
    throw new ChangeError(`There is no user ${JSON.stringify(username)}; there are ${server.users.map((one) => one.username).join(', ')}.`);
  }
  return user;
}

/** By name or by the appliance's own id. */
function machineOf(server: ApplianceServer, wanted: string): ProtectedMachine {
  const machine = server.appliance.machine(wanted) ?? server.appliance.machines().find((known) => known.name === wanted);
  if (machine === undefined) {
    throw new ChangeError(`The appliance knows no machine ${JSON.stringify(wanted)}.`);
  }
  return machine;
}
