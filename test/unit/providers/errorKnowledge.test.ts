import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorWithRemedies, remediesFor } from '../../../src/providers/recoveryServices/errorKnowledge.ts';
import { sqlRemedies } from '../../../src/providers/recoveryServices/sqlKnowledge.ts';

describe('what is known of Azure Backup’s error codes', () => {
  it('is found whatever the casing, by number too, and is nothing for a code that nobody knows', () => {
    assert.match(remediesFor('usererrorguestagentstatusunavailable')[0] ?? '', /agent/);
    assert.deepEqual(remediesFor('400094'), remediesFor('BCMV2VMNotFound'));
    for (const code of ['BMSUserErrorInvalidInput', 'BMSUserErrorProtectionIntentAlreadyExists', 'BMSUserErrorProtectionIntentNotFound']) {
      assert.match(remediesFor(code)[0] ?? '', /refresh the tree/i, code);
    }
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

describe('what T-SQL mends', () => {
  it('is offered for the right that is missing, whatever the casing', () => {
    const { statement, remedies } = errorWithRemedies({ code: 'usererrorsqlnosysadminmembership', message: 'No right.' });
    assert.match(statement?.text ?? '', /ALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[NT SERVICE\\AzureWLBackupPluginSvc\]/);
    assert.match(remedies?.[0] ?? '', /every SQL instance/);
  });

  it('quotes the database, and leaves a place that T-SQL refuses where it is not known', () => {
    const text = (database?: string): string | undefined =>
      errorWithRemedies({ code: 'UserErrorSQLPODoesNotSupportBackupType', message: 'x' }, database === undefined ? {} : { database })
        .statement?.text;
    assert.match(text('Sales') ?? '', /^ALTER DATABASE \[Sales\] SET RECOVERY FULL;/);
    assert.match(text('a]; DROP DATABASE [b') ?? '', /^ALTER DATABASE \[a\]\]; DROP DATABASE \[b\] SET RECOVERY FULL;/);
    assert.match(text() ?? '', /^ALTER DATABASE <name of the database> SET/);
    // What runs scripts line by line takes these for its own, in brackets or not.
    for (const name of ['a\nGO\nDROP DATABASE b\nGO\n', 'a\r!!format c:\r', 'a\u2028GO', '$(SQLCMDSERVER)']) {
      assert.match(text(name) ?? '', /^ALTER DATABASE <name of the database> SET RECOVERY FULL;\n/, JSON.stringify(name));
    }
    assert.match(text('50% $off; größe') ?? '', /^ALTER DATABASE \[50% \$off; größe\] SET/);
  });

  it('is not offered where it would not help: master has its model for good, and a differential asks for none', () => {
    const error = { code: 'UserErrorSQLPODoesNotSupportBackupType', message: 'x' };
    assert.equal(errorWithRemedies(error, { database: 'Master', backupType: 'Log' }).statement, undefined);
    assert.equal(errorWithRemedies(error, { database: 'Sales', backupType: 'Differential' }).statement, undefined);
    assert.equal(errorWithRemedies({ code: 'VMNotInRunningStateUserError', message: 'x' }).statement, undefined);
  });

  it('sets a database online that was taken offline, and none that is being restored', () => {
    const text = (state: string): string | undefined =>
      errorWithRemedies({ code: 'UserErrorSQLDatabaseNotOnline', message: `Its state is '${state}'.` }, { database: 'Sales' }).statement
        ?.text;
    assert.equal(text('Offline'), 'ALTER DATABASE [Sales] SET ONLINE;\n');
    assert.deepEqual([text('Restoring'), text('Recovery pending'), text('Suspect')], [undefined, undefined, undefined]);
  });

  it('comes with one sentence or more for each code of SQL Server, none of them without an end', () => {
    const codes = Object.entries(sqlRemedies);
    assert.ok(codes.length >= 25, `${codes.length}`);
    for (const [code, remedies] of codes) {
      assert.deepEqual(remediesFor(code.toUpperCase()), remedies);
      assert.ok(remedies.length > 0 && remedies.every((one) => /^[A-Z].*\.$/.test(one)), code);
    }
  });
});
