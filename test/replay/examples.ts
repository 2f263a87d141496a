/** Gives each published example to our own code: records to our readers, operations to our trackers, requests to our actions. */
import type { Example, ExampleAnswer } from '../contract/examples.ts';
import { addressOf } from './address.ts';
import { replayChanges, type ChangeResult } from './changes/changes.ts';
import { operationDifferences } from './exampleOperations.ts';
import { readInteraction, type Interaction } from './interaction.ts';
import { requestName } from './names.ts';
import { ourReaders, readingOf, type Readers } from './readers.ts';
import { replay } from './replay.ts';
import type { ReplayServer } from './server.ts';

export interface ExampleResult {
  /** `recoveryservices/2024-04-01/examples/GETVault.json: 200` */
  readonly where: string;
  /** What took it: our reader of records or of an operation's state, the action that makes the request; `nothing` of ours. */
  readonly by: 'reader' | 'tracker' | 'action' | 'nothing';
  /** The kind of record, the action's id; else the request by method and types. */
  readonly what: string;
  readonly records: number;
  readonly differences: readonly string[];
}

/** One result or more an answer: its body may be read, and the request be made by an action. */
export async function playExample(example: Example, server: ReplayServer, readers: Readers = ourReaders): Promise<ExampleResult[]> {
  const results: ExampleResult[] = [];
  for (const answer of example.answers) {
    const where = `${example.file}: ${answer.status}`;
    const interaction = interactionOf(example, answer);
    const taken = [await playAnswer(interaction, where, server, readers), await playRequest(interaction, where, server)].flatMap(
      (result) => result ?? [],
    );
    const what = `${requestName(interaction)}${answer.body === null ? ' (no body)' : ''}`;
    results.push(...(taken.length > 0 ? taken : [{ where, by: 'nothing' as const, what, records: 0, differences: [] }]));
  }
  return results;
}

/** The resource that a change answers with is what reading it back gives. */
async function playAnswer(answer: Interaction, where: string, server: ReplayServer, readers: Readers): Promise<ExampleResult | undefined> {
  const operation = answer.method === 'GET' ? operationDifferences(answer) : undefined;
  if (operation) {
    return { where, by: 'tracker', what: requestName(answer), records: 0, differences: operation };
  }
  const reading = answer.body === null && answer.method !== 'GET' ? undefined : readingOf(addressOf(answer.url), readers.api);
  if (!reading || answer.method === 'POST') {
    return undefined;
  }
  const read = { ...answer, method: 'GET' };
  const { items, differences } = await replay({ file: where, interactions: [read], broken: [] }, server, readers);
  return { where, by: 'reader', what: reading.kind, records: items, differences };
}

async function playRequest(request: Interaction, where: string, server: ReplayServer): Promise<ExampleResult | undefined> {
  if (request.method === 'GET') {
    return undefined;
  }
  // What was changed is read back; the example's answer says how it is then.
  const after = request.body === null ? [] : [{ ...request, index: 1, method: 'GET', status: 200 }];
  const [change] = await replayChanges({ file: where, interactions: [request, ...after], broken: [] }, server);
  return change?.outcome === 'unsupported' ? undefined : change && ofChange(change, where);
}

function ofChange({ what, differences }: ChangeResult, where: string): ExampleResult {
  return { where, by: 'action', what, records: 0, differences };
}

function interactionOf({ method, url, sent }: Example, { status, headers, body }: ExampleAnswer): Interaction {
  const read = readInteraction({ request: { method, url, body: sent ?? null }, response: { status, headers, body } }, 0);
  if (typeof read === 'string') {
    throw new Error(read);
  }
  return read;
}
