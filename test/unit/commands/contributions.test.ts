import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { contributions, generatedFiles } from '../../../scripts/lib/generatedFiles.ts';
import { menuTitle, merged, withTable } from '../../../scripts/lib/contributions.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { actionIds, commandIdOf } from '../../../src/providers/actionIds.ts';
import { actionTable } from '../../../src/providers/actionTable.ts';
import * as words from '../../../src/providers/tokens.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const { contextValueOf, whenClauseOf } = words;
const tokens: ReadonlySet<string> = new Set(
  [
    words.kinds,
    words.systems,
    words.workloads,
    words.itemStates,
    words.protectableStates,
    words.protectableKinds,
    words.autoProtection,
    words.containerStates,
    words.collectionStates,
    words.pointStates,
    words.serviceStates,
    words.backupAges,
    words.machineStates,
    words.applianceStates,
    words.jobStates,
    words.capabilities,
    words.rows,
  ].flatMap((table) => Object.values(table)),
);

describe('the action table', () => {
  it('has ids of its own, known trackers, and tokens and target kinds that rows carry', () => {
    const ids = actionTable.map(({ id }) => id);
    assert.deepEqual(ids, [...actionIds]);
    assert.deepEqual([...new Set(ids)], ids);
    for (const action of actionTable) {
      assert.match(action.id, /^[a-z][A-Za-z]+$/);
      assert.ok(action.does === 'remember' || trackers.has(action.tracker), action.id);
      for (const token of [...action.when.all, ...(action.when.none ?? [])]) {
        assert.ok(tokens.has(token), `${action.id} asks for the token ${token}, which no row carries`);
      }
      assert.ok(Object.values<string>(words.targetKinds).includes(action.targetKind), action.id);
      assert.ok(action.summary.endsWith('.') && action.nothing.endsWith('.'), action.id);
    }
  });

  it('asks before whatever removes something: a modal, or the typed name where data is deleted', () => {
    const assurance = Object.fromEntries(actionTable.flatMap((action) => (action.does === 'send' ? [[action.id, action.assurance]] : [])));
    assert.equal(assurance['stopDeleteData'], 'typeName');
    assert.equal(assurance['stopKeepData'], 'confirm');
    assert.equal(assurance['cancelJob'], 'confirm');
    for (const action of actionTable) {
      if (action.does === 'send' && action.assurance !== 'none') {
        assert.ok('consequences' in action, `${action.id} asks without saying what will happen`);
        assert.ok(action.assurance !== 'typeName' || !action.many, `${action.id}: one name is typed for one resource`);
      }
      assert.ok(action.does !== 'handOut' || action.onlyOne, `${action.id}: a secret is handed out alone`);
    }
  });

  it('gives the engine a follower for each action that sends', () => {
    const followers = followersOf();
    for (const { id, does } of actionTable) {
      assert.ok(does !== 'send' || followers.has(id), id);
    }
  });
});

describe('package.json and the documentation', () => {
  it('agree with the tables (else: npm run contributions)', async () => {
    for (const { file, made } of generatedFiles) {
      const text = await readFile(file, 'utf8');
      assert.ok(made(text) === text, `${file.pathname} is out of date`);
    }
  });

  it('hold every action as a command under azureBackup., with an ellipsis where something is asked', () => {
    const commands = new Map(contributions.commands?.map((entry) => [entry.command, entry]));
    for (const action of actionTable) {
      const entry = commands.get(commandIdOf(action));
      assert.equal(entry?.title, menuTitle(action));
      assert.equal(entry.category, 'Azure Backup');
    }
    assert.equal(commands.get('azureBackup.backUpNow')?.title, 'Back Up Now...');
    assert.equal(commands.get('azureBackup.discoverVms')?.title, 'Discover VMs');
    for (const id of commands.keys()) {
      assert.match(id, /^azureBackup\.(palette\.)?[a-zA-Z]+$/);
    }
  });

  it('the palette has no two commands of one title, and menus keep the short ones', () => {
    const hidden = new Set(contributions.menus?.['commandPalette']?.filter(({ when }) => when === 'false').map(({ command }) => command));
    const titles = (contributions.commands ?? []).filter(({ command }) => !hidden.has(command)).map(({ title }) => title);
    assert.deepEqual(
      titles.filter((title, at) => titles.indexOf(title) !== at),
      [],
    );
    assert.ok(titles.includes('Protect SQL Database...') && titles.includes('Back Up VM Now...'), titles.join(', '));
    const inMenus = new Set(contributions.menus?.['view/item/context']?.map(({ command }) => command));
    assert.ok(inMenus.has('azureBackup.protectDatabase') && !inMenus.has('azureBackup.palette.protectDatabase'));
  });

  it('menus name only commands that are contributed, and only this extension’s views', () => {
    const commands = new Set(contributions.commands?.map(({ command }) => command));
    const entries = Object.values(contributions.menus ?? {}).flat();
    assert.ok(entries.length > actionTable.length);
    for (const { command, when } of entries) {
      assert.ok(commands.has(command), command);
      for (const [, view] of (when ?? '').matchAll(/\bview == (\S+)/g)) {
        assert.equal(view, 'azureBackup.resources');
      }
    }
  });

  it('menus match whole tokens: a token inside another word never matches', () => {
    const clauses = Object.values(contributions.menus ?? {})
      .flat()
      .flatMap(({ when }) => [...(when ?? '').matchAll(/viewItem =~ \/(.+?)\//g)].map(([, pattern]) => pattern ?? ''));
    assert.ok(clauses.length > 20);
    for (const clause of clauses) {
      assert.match(clause, /^;[A-Za-z]+;$/);
    }
    const matches = (when: string, contextValue: string): boolean =>
      when.split(' && ').every((part) => {
        const [, not = '', pattern = ''] = /^(!?)\(?viewItem =~ \/(.+?)\/\)?$/.exec(part) ?? [];
        return new RegExp(pattern).test(contextValue) !== (not === '!');
      });
    const when = whenClauseOf({ all: ['protectedItem', 'vm'], none: ['stopped'] });
    assert.ok(matches(when, contextValueOf(['protectedItem', 'vm', 'healthy'])));
    assert.ok(!matches(when, contextValueOf(['protectedItem', 'vm', 'stopped'])));
    assert.ok(!matches(when, contextValueOf(['protectedItems', 'vmware'])), 'longer words');
  });

  it('refuse a command that two rooms contribute, and a file without markers', () => {
    const part = { commands: [{ command: 'azureBackup.one', title: 'One' }] };
    assert.throws(() => merged([part, part]), /azureBackup\.one/);
    assert.throws(() => withTable('# No markers', 'table', 'README.md'), /README\.md/);
  });
});
