import { z } from 'zod';
import type { EstateChanges } from '../compute/changes.ts';
import { machineId, type VirtualMachine } from '../world/entities.ts';
import { WorldChangeError, type WorldChanges } from '../world/changes.ts';
import { type App, type AppContext, readText } from './request.ts';

const name = z.string().min(1);
const machine = { machine: name };
const place = { ...machine, instance: name.optional(), group: name.optional() };
const recoveryModel = z.enum(['Full', 'Simple', 'BulkLogged']);
const state = z.enum(['Online', 'Offline', 'Restoring']);
const sizeGb = z.number().positive().max(100_000);
/** What SQL Server takes for a name. */
const databaseName = z.string().min(1).max(128);

/** By the last part of their path; paths of the sandbox are without case. */
const actions = {
  'start-machine': action(z.strictObject(machine), ({ world }, of) => world.setPower(world.machine(of.machine), 'running')),
  'stop-machine': action(z.strictObject(machine), ({ world }, of) => world.setPower(world.machine(of.machine), 'deallocated')),
  'delete-machine': action(z.strictObject(machine), ({ world }, of) => {
    world.remove(world.machine(of.machine));
    return undefined;
  }),
  'grant-sysadmin': action(z.strictObject({ ...machine, instance: name.optional() }), ({ world }, of) =>
    world.setSysadmin(world.machine(of.machine), of.instance, true),
  ),
  'revoke-sysadmin': action(z.strictObject({ ...machine, instance: name.optional() }), ({ world }, of) =>
    world.setSysadmin(world.machine(of.machine), of.instance, false),
  ),
  'add-database': action(
    z.strictObject({
      ...place,
      name: databaseName,
      sizeGb: sizeGb.default(10),
      recoveryModel: recoveryModel.default('Full'),
      state: state.default('Online'),
    }),
    ({ world }, { name: added, sizeGb: size, recoveryModel: model, state: now, ...of }) =>
      world.addDatabase(world.machine(of.machine), of, { name: added, sizeGb: size, recoveryModel: model, state: now }),
  ),
  'change-database': action(
    z.strictObject({
      ...place,
      name: databaseName,
      sizeGb: sizeGb.optional(),
      recoveryModel: recoveryModel.optional(),
      state: state.optional(),
    }),
    ({ world }, { name: changed, sizeGb: size, recoveryModel: model, state: now, ...of }) =>
      world.changeDatabase(world.machine(of.machine), of, changed, {
        ...(size === undefined ? {} : { sizeGb: size }),
        ...(model === undefined ? {} : { recoveryModel: model }),
        ...(now === undefined ? {} : { state: now }),
      }),
  ),
  'drop-database': action(z.strictObject({ ...place, name: databaseName }), ({ world }, of) =>
    world.dropDatabase(world.machine(of.machine), of, of.name),
  ),
  'fail-copies': action(z.strictObject({ disk: name }), ({ estate }, { disk }) => {
    estate.setCopies(disk, false);
    return undefined;
  }),
  'pass-copies': action(z.strictObject({ disk: name }), ({ estate }, { disk }) => {
    estate.setCopies(disk, true);
    return undefined;
  }),
  'remove-lock': action(z.strictObject({ group: name }), ({ estate }, { group }) => {
    estate.removeLock(group);
    return undefined;
  }),
};

/** What can happen beside backup. */
export interface Changes {
  readonly world: WorldChanges;
  readonly estate: EstateChanges;
}

type Run = (changes: Changes, body: unknown) => VirtualMachine | undefined;

function action<Schema extends z.ZodType>(
  schema: Schema,
  run: (changes: Changes, given: z.output<Schema>) => VirtualMachine | undefined,
): Run {
  return (changes, body) => run(changes, schema.parse(body));
}

/** `/_sandbox/world/...`: what happens beside backup, for tests and for people who rehearse. */
export function addWorldRoutes(app: App, changes: Changes, refuse: (message: string) => Response): void {
  app.get('/_sandbox/world/machines', () => Response.json({ machines: changes.world.machines().map(view) }));
  for (const [path, run] of Object.entries(actions)) {
    app.post(`/_sandbox/world/${path}`, async (context) => answer(context, changes, run, refuse));
  }
}

async function answer(context: AppContext, changes: Changes, run: Run, refuse: (message: string) => Response): Promise<Response> {
  try {
    const machineNow = run(changes, JSON.parse(await readText(context)));
    return machineNow === undefined ? new Response(null, { status: 204 }) : Response.json(view(machineNow));
  } catch (error) {
    if (error instanceof z.ZodError) {
      return refuse(error.issues.map((issue) => `${issue.path.join('.') || 'the body'}: ${issue.message}`).join('\n'));
    }
    if (error instanceof SyntaxError || error instanceof WorldChangeError) {
      return refuse(error.message);
    }
    throw error;
  }
}

function view(of: VirtualMachine): Record<string, unknown> {
  const { powerState, location, databaseServer } = of;
  return { id: machineId(of), name: of.name, location, powerState, ...(databaseServer === undefined ? {} : { databaseServer }) };
}
