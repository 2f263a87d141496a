import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { protectDatabase } from '../../../src/providers/recoveryServices/actions/protectDatabase.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { contextOf, lineOf, protectableTarget } from './actionsSupport.ts';
import { databaseId, databaseJson, msdb, protectableDatabaseTarget, sqlPolicyJson } from './databaseFakes.ts';
import { itemId, itemJson, policyId, policyJson, softDeletedProperties, stoppedProperties, type Answer } from './fakeArm.ts';

const routes: Record<string, Answer> = {
  [policyId('HourlyLogBackup')]: sqlPolicyJson('HourlyLogBackup'),
  [policyId('DailyPolicy')]: policyJson('DailyPolicy'),
};

describe('protecting what the tree still calls not protected', () => {
  const kinds = [
    {
      name: 'a database',
      build: (there: Answer) =>
        protectDatabase.build(contextOf({ ...routes, [databaseId(msdb)]: there }).context, protectableDatabaseTarget(), {
          policy: policyId('HourlyLogBackup'),
        }),
      json: (properties: JsonObject) => databaseJson(msdb, properties),
      wanted: 'HourlyLogBackup',
    },
    {
      name: 'a VM',
      build: (there: Answer) =>
        protectVm.build(contextOf({ ...routes, [itemId]: there }).context, protectableTarget(), { policy: policyId('DailyPolicy') }),
      json: (properties: JsonObject) => itemJson(properties),
      wanted: 'DailyPolicy',
    },
  ];
  const refusals: readonly { readonly state: string; readonly properties: JsonObject; readonly says: RegExp; readonly todo: RegExp }[] = [
    {
      state: 'protected with another policy',
      properties: { protectionState: 'Protected', policyId: policyId('KeepsForYears') },
      says: /is protected by KeepsForYears already: nothing was sent/,
      todo: /Change Policy/,
    },
    {
      state: 'waiting for its first backup',
      properties: { protectionState: 'IRPending', policyId: policyId('KeepsForYears') },
      says: /is protected by KeepsForYears already/,
      todo: /Change Policy/,
    },
    {
      state: 'failing with another policy',
      properties: { protectionState: 'ProtectionError', policyId: policyId('KeepsForYears') },
      says: /is protected by KeepsForYears already/,
      todo: /Change Policy/,
    },
    { state: 'stopped', properties: stoppedProperties, says: /its protection stopped: nothing was sent/, todo: /Resume/ },
    { state: 'soft-deleted', properties: softDeletedProperties, says: /kept by soft delete: nothing was sent/, todo: /Undelete/ },
  ];
  for (const { name, build, json, wanted } of kinds) {
    for (const { state, properties, says, todo } of refusals) {
      it(`${name}: ${state}: says so, and changes nothing`, async () => {
        await assert.rejects(build(json(properties)), (error: unknown) => {
          assert.ok(error instanceof BackupError);
          assert.equal(error.facts.code, 'StateChanged');
          assert.match(error.message, says);
          assert.match(error.facts.remedies?.join(' ') ?? '', todo);
          return true;
        });
      });
    }

    it(`${name}: is tried again where protecting it failed with that policy, and where Azure does not know it`, async () => {
      for (const there of [json({ protectionState: 'ProtectionError', policyId: policyId(wanted) }), 404, 400]) {
        assert.match(lineOf((await build(there)).request), /^PUT /);
      }
    });

    it(`${name}: nothing is built where it cannot be looked at`, async () => {
      await assert.rejects(build(403), (error: unknown) => error instanceof BackupError && error.facts.status === 403);
    });
  }
});
