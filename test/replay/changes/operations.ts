/** Which recorded answers belong to an operation, told by its id: Azure gives one operation several addresses. */
import { isObject } from '../../../src/core/json.ts';
import { addressOf, type Address } from '../address.ts';
import type { Interaction } from '../recording.ts';

export interface OperationAddress {
  /** `state` answers with a body that has a status; `result` with 202 until it is done. */
  readonly way: 'state' | 'result';
  /** Lower case. */
  readonly id: string;
}

const ways: Readonly<Record<string, OperationAddress['way']>> = {
  operationsstatus: 'state',
  operationstatus: 'state',
  backupoperations: 'state',
  operations: 'state',
  diskoperations: 'state',
  asyncoperations: 'state',
  operationresults: 'result',
  operationsresults: 'result',
  backupoperationresults: 'result',
};

/** Undefined for an address that is none of an operation's. `monitor=true` makes a state's address that of a result. */
export function operationAddressOf(address: Address): OperationAddress | undefined {
  const [word = '', id = ''] = address.segments.slice(-2).map((segment) => segment.toLowerCase());
  const way = ways[word];
  return way && { way: address.query.get('monitor')?.toLowerCase() === 'true' ? 'result' : way, id };
}

/** The operations that an answer names. */
export function operationsNamedBy({ headers }: Interaction): readonly OperationAddress[] {
  return ['azure-asyncoperation', 'location'].flatMap((name) => {
    const url = headers[name];
    return url === undefined ? [] : (operationAddressOf(addressOf(url)) ?? []);
  });
}

export type StateOfOperation = 'running' | 'succeeded' | 'failed' | 'cancelled' | undefined;

/** Of a status word in an operation's body; undefined where it says nothing. */
export function stateOf(body: unknown): StateOfOperation {
  const status = isObject(body) && typeof body['status'] === 'string' ? body['status'].toLowerCase() : undefined;
  switch (status) {
    case undefined:
      return undefined;
    case 'succeeded':
    case 'completed':
      return 'succeeded';
    case 'failed':
      return 'failed';
    case 'canceled':
    case 'cancelled':
      return 'cancelled';
    default:
      return 'running';
  }
}
