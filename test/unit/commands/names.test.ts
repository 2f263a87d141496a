import assert from 'node:assert/strict';
import { namesInFull, namesOf } from '../../../src/commands/flow/names.ts';
import { actionTable } from '../../../src/providers/actionTable.ts';
import type { ActionTarget, AnyAction } from '../../../src/providers/action.ts';

const stop = actionTable.find(({ id }) => id === 'stopKeepData') as AnyAction;

function database(parentName: string): ActionTarget {
  const id = `/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers/c/protectedItems/sqldatabase;${parentName};msdb`;
  const model = { id, friendlyName: 'msdb', parentName, serverName: 'sql-01', containerName: 'c', itemType: 'AzureVmWorkloadSQLDatabase' };
  return { kind: 'protectedItem', id, name: 'msdb', model };
}

describe('names of what an action is done to', () => {
  it('a confirmation says of a database alone where it is; a wizard’s title only tells namesakes apart', () => {
    const [one, other] = [database('MSSQLSERVER'), database('REPORTS')];
    assert.deepEqual(namesOf(stop, [one]), ['msdb']);
    assert.equal(namesInFull(stop, [one]), 'msdb (MSSQLSERVER on sql-01)');
    assert.equal(namesInFull(stop, [one, other]), 'msdb (MSSQLSERVER on sql-01) and msdb (REPORTS on sql-01)');
  });
});
