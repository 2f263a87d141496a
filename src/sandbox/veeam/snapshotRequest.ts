import { z } from 'zod';
import type { Appliance } from './appliance.ts';
import type { ProtectedMachine } from './model.ts';
import { badField, Problem } from './problem.ts';
import type { Dialect } from './versions.ts';

const virtualMachines = z.array(z.object({ id: z.string().min(1) })).min(1);
const tags = z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish();

/** What a request says beside is passed over, as the appliance does. */
const bodies = {
  flat: z.object({ virtualMachines }),
  nested: z.object({
    azureAccountId: z.string().nullish(),
    backupItems: z.object({ virtualMachines }),
    snapshotSettings: z.object({ additionalTags: tags, copyOriginalTags: z.boolean().optional() }).nullish(),
  }),
};

/** The machines that a takeSnapshot request names, each once. @throws Problem 400 with the fields that cannot be */
export function machinesToSnapshot(appliance: Appliance, accountId: string, dialect: Dialect, body: unknown): readonly ProtectedMachine[] {
  const ids = [...new Set(idsOf(dialect, body, accountId))];
  return ids.map((id) => {
    const machine = appliance.machine(id);
    if (machine === undefined) {
      throw badField('virtualMachines', `The Azure VM with the ID '${id}' was not found.`);
    }
    return machine;
  });
}

function idsOf(dialect: Dialect, body: unknown, accountId: string): readonly string[] {
  if (dialect.takeSnapshot === 'flat') {
    return parse(bodies.flat, body).virtualMachines.map(({ id }) => id.toLowerCase());
  }
  const { azureAccountId, backupItems } = parse(bodies.nested, body);
  if (azureAccountId !== undefined && azureAccountId !== null && azureAccountId !== accountId) {
    throw badField('azureAccountId', `The service account with the ID '${azureAccountId}' was not found.`);
  }
  return backupItems.virtualMachines.map(({ id }) => id.toLowerCase());
}

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) {
    return result.data;
  }
  const errors: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const field = issue.path.join('.') || 'body';
    errors[field] = [...(errors[field] ?? []), issue.message];
  }
  throw new Problem(400, 'One or more validation errors occurred.', { errors });
}
