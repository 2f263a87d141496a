import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { remediesFor } from '../../../src/providers/recoveryServices/errorKnowledge.ts';

describe('what is known of Azure Backup’s error codes', () => {
  it('is found whatever the casing, by number too, and is nothing for a code that nobody knows', () => {
    assert.match(remediesFor('usererrorguestagentstatusunavailable')[0] ?? '', /agent/);
    assert.deepEqual(remediesFor('400094'), remediesFor('BCMV2VMNotFound'));
    assert.deepEqual(remediesFor('SomethingNew'), []);
    assert.deepEqual(remediesFor('constructor'), []);
    assert.deepEqual(remediesFor(''), []);
  });

  it('covers the refusals by Azure Backup in recorded traffic', function () {
    const folder = join('..', 'shared', 'recordings');
    if (!existsSync(folder)) {
      console.log(`skipped: no recordings at ${folder}`);
      this.skip();
    }
    const codes = new Set<string>();
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.json')) {
        for (const [, code] of readFileSync(join(folder, name), 'utf8').matchAll(/\\?"code\\?":\s*\\?"((?:BMS|UserError|Cloud)\w+)/g)) {
          codes.add(code ?? '');
        }
      }
    }
    assert.ok(codes.size > 3, `only ${codes.size} codes were found`);
    assert.deepEqual(
      [...codes].filter((code) => remediesFor(code).length === 0),
      [],
    );
  });
});
