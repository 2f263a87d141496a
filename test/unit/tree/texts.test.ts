import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { capabilities, contextValueOf, kinds, rows, whenClauseOf } from '../../../src/inventory/tokens.ts';
import { treeContributions } from '../../../src/tree/contributions.ts';
import { offeredCommands, treeCommands } from '../../../src/tree/ids.ts';
import { laidOutJson } from '../../../src/tree/jsonText.ts';
import { kindTitle } from '../../../src/tree/kindTitles.ts';
import { portalUrlOf } from '../../../src/tree/portal.ts';
import { isNodeRow, nodesOf, type NodeRow } from '../../../src/tree/rows.ts';
import type { CloudEnvironment } from '../../../src/cloud/types.ts';

describe('tree texts', () => {
  describe('JSON laid out', () => {
    it('is what JSON.stringify would lay out', () => {
      const value = { a: [1, { b: null, c: [] }], d: {}, e: 'x, {y}: [z] "q" \\ \n é', f: [[], [{}]], g: true };
      assert.equal(laidOutJson(JSON.stringify(value)), `${JSON.stringify(value, null, 2)}\n`);
      assert.equal(laidOutJson(JSON.stringify(value, null, 7)), `${JSON.stringify(value, null, 2)}\n`);
    });

    it('keeps digits, order, repeated members and escapes that parsing would lose', () => {
      assert.equal(
        laidOutJson('{"b":12345678901234567890.10,"1":2,"b":"\\u00e9"}'),
        '{\n  "b": 12345678901234567890.10,\n  "1": 2,\n  "b": "\\u00e9"\n}\n',
      );
    });

    it('shows no signature of a URL, however it is escaped, and no other change', () => {
      const json =
        '{"a":"https://b.example/f?sv=1\\u0026sig=SIGNED","b":"see \\"https://m.example/op?api-version=1&t=1&s=SIGNED\\"","c":"https://x.example/?q=1#p"}';
      const shown = laidOutJson(json);
      assert.doesNotMatch(shown, /SIGNED/);
      assert.deepEqual(JSON.parse(shown), {
        a: 'https://b.example/f?sv=1',
        b: 'see "https://m.example/op?api-version=1"',
        c: 'https://x.example/?q=1#p',
      });
    });

    it('leaves what is no JSON as it is', () => {
      assert.equal(laidOutJson('<html>{'), '<html>{');
    });
  });

  describe('portal', () => {
    const environment: CloudEnvironment = {
      kind: 'public',
      label: 'Azure',
      resourceManagerEndpoint: 'https://management.azure.com',
      authorityHost: 'https://login.microsoftonline.com',
      audience: 'https://management.azure.com/',
      portalUrl: 'https://portal.azure.com',
    };
    const resourceId = '/subscriptions/s/resourceGroups/r g/providers/P/vaults/v/x/vm;a;b';

    it('shows the resource of a tenant', () => {
      assert.equal(
        portalUrlOf(environment, { resourceId, tenantId: 'tenant-1' }),
        'https://portal.azure.com/#@tenant-1/resource/subscriptions/s/resourceGroups/r%20g/providers/P/vaults/v/x/vm;a;b',
      );
      assert.equal(portalUrlOf(environment, { resourceId: '/subscriptions/s' }), 'https://portal.azure.com/#resource/subscriptions/s');
    });

    it('is not there for a cloud without one, or a row without a resource', () => {
      const { portalUrl: _, ...sandbox } = environment;
      assert.equal(portalUrlOf(sandbox, { resourceId }), undefined);
      assert.equal(portalUrlOf(environment, {}), undefined);
    });
  });

  describe('tokens', () => {
    it('stand between semicolons, so that clauses match whole words', () => {
      assert.equal(contextValueOf(['protectedItem', 'vm']), ';protectedItem;vm;');
      const clause = whenClauseOf({ all: ['vm'], none: ['stopped'] });
      assert.equal(clause, 'viewItem =~ /;vm;/ && !(viewItem =~ /;stopped;/)');
    });

    for (const token of ['', 'two words', 'a;b', '/x/', 'ü', '<b>']) {
      it(`refuse ${JSON.stringify(token)}, which could break a clause`, () => {
        assert.throws(() => contextValueOf(['vm', token]), TypeError);
      });
    }

    it('name each kind for who cannot see icons', () => {
      for (const kind of Object.values(kinds)) {
        assert.match(kindTitle(kind), /^(API Management |Veeam )?[a-z ]+$/);
      }
    });
  });

  describe('rows handed to commands', () => {
    const row = (label: string): NodeRow =>
      ({ type: 'node', key: label, node: { key: label, kind: 'vault', label, icon: { id: 'x' }, tokens: [], expandable: false } }) as const;
    const [a, b] = [row('a'), row('b')];

    it('are the selected ones where the clicked one is among them, else the clicked one', () => {
      const labels = (clicked: unknown, selected?: unknown): string[] => nodesOf(clicked, selected).map((node) => node.label);
      assert.deepEqual(labels(a, [a, b]), ['a', 'b']);
      assert.deepEqual(labels(a, [b]), ['a']);
      assert.deepEqual(labels(a), ['a']);
      assert.deepEqual(labels(undefined), []);
      assert.deepEqual(labels({ type: 'error', key: 'x', parent: a }), []);
      assert.equal(isNodeRow(null), false);
    });
  });

  describe('contributions', () => {
    const { commands, menus, viewsContainers, views, viewsWelcome } = treeContributions;

    it('declare every command of the tree once, and no other', () => {
      assert.deepEqual([...commands.map(({ command }) => command)].sort(), Object.values(treeCommands).sort());
    });

    it('have menus only for commands that exist, with tokens that nodes carry', () => {
      const known = new Set<string>([...commands.map(({ command }) => command), ...Object.values(offeredCommands)]);
      const tokens = new Set<string>([...Object.values(capabilities), ...Object.values(rows), ...Object.values(kinds)]);
      for (const { command, when } of Object.values(menus).flat()) {
        assert.ok(known.has(command), command);
        for (const [, token] of when.matchAll(/\/;(.*?);\//g)) {
          assert.ok(tokens.has(token ?? ''), `${command}: ${token}`);
        }
      }
    });

    it('keep commands that need a row out of the palette', () => {
      const hidden = menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
      assert.ok(hidden.includes(treeCommands.viewJson) && hidden.includes(treeCommands.loadMore));
    });

    it('name one view in one container, whose icon exists and is one colour', () => {
      const [container] = viewsContainers.activitybar;
      assert.deepEqual(Object.keys(views), [container.id]);
      const svg = readFileSync(container.icon, 'utf8');
      assert.deepEqual(new Set(svg.match(/#[0-9a-f]{3,6}\b/gi)), new Set(['#000']));
      assert.ok(existsSync('media/icon.png'));
    });

    it('welcome people who are signed out, with the sign-in and the sandbox', () => {
      for (const { contents } of viewsWelcome) {
        assert.match(contents, /\(command:azureBackup\.signIn\)/);
        assert.match(contents, /\(command:azureBackup\.useSandbox\)/);
      }
    });
  });
});
