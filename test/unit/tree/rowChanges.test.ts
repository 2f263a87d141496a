import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/events.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { RowChanges } from '../../../src/tree/rowChanges.ts';
import type { EmptyRow, NodeRow, Row } from '../../../src/tree/rows.ts';

const nodeOf = (key: string, label = key) =>
  ({ key, label, icon: { id: 'vm' }, tokens: [] as string[], expandable: true }) as unknown as InventoryNode;
const rowOf = (key: string): NodeRow => ({ type: 'node', key, node: nodeOf(key) });

/** A tree of three levels below the root: a, a/b, a/b/c. */
describe('tree: telling of changes', () => {
  const [a, b, c] = ['a', 'a/b', 'a/b/c'].map(rowOf) as [NodeRow, NodeRow, NodeRow];
  const below = new Map<Row | undefined, Row[]>([
    [undefined, [a]],
    [a, [b]],
    [b, [c]],
    [c, []],
  ]);
  const above = new Map<Row, NodeRow>([
    [b, a],
    [c, b],
  ]);
  let events: Emitter<Row | undefined>;
  /** What happened, in its order. */
  let seen: string[];
  let visible: boolean;
  let changes: RowChanges;
  /** Where a level takes until the test lets it come. */
  let holdBack: Map<Row | undefined, Promise<void>>;
  let whenTold: (() => void) | undefined;
  let filterText: string | undefined;

  const open = (patienceMs = 5_000): void => {
    changes = new RowChanges({
      model: {
        onDidChange: events.event,
        get filterText() {
          return filterText;
        },
        parent: (row) => above.get(row),
        children: async (row) => {
          await holdBack.get(row);
          seen.push(`read ${row?.key ?? 'root'}`);
          return below.get(row) ?? [];
        },
      },
      tell: (rows) => {
        seen.push(`told ${rows?.map(({ key }) => key).join(', ') ?? 'all'}`);
        whenTold?.();
      },
      isVisible: () => visible,
      gatherMs: 1,
      patienceMs,
    });
  };
  const told = (): Promise<void> => new Promise((resolve) => (whenTold = resolve));

  beforeEach(() => {
    events = new Emitter();
    seen = [];
    visible = true;
    holdBack = new Map();
    whenTold = undefined;
    filterText = undefined;
    open();
  });
  afterEach(() => {
    changes.dispose();
    [a, b, c].forEach((row) => (row.node = nodeOf(row.key)));
    below.set(b, [c]);
  });

  it('comes after the rows that stand open have been read anew, level by level', async () => {
    [undefined, a, b].forEach((row) => changes.noteAsked(row));
    events.fire(a);
    await told();
    assert.deepEqual(seen, ['read a', 'read a/b', 'told a']);
  });

  it('reads nothing of what is closed, or stands below what is closed', async () => {
    [undefined, a, b, c].forEach((row) => changes.noteAsked(row));
    changes.noteClosed(b);
    events.fire(a);
    await told();
    assert.deepEqual(seen, ['read a', 'told a']);
    events.fire(c);
    await told();
    assert.deepEqual(seen.slice(2), ['told a/b/c']);
  });

  it('reads nothing where nobody has looked yet, or looks now', async () => {
    events.fire(undefined);
    await told();
    changes.noteAsked(undefined);
    visible = false;
    events.fire(undefined);
    await told();
    assert.deepEqual(seen, ['told all', 'told all']);
  });

  it('comes once for all changes, those too that the reading brings', async () => {
    [undefined, a].forEach((row) => changes.noteAsked(row));
    let release = (): void => undefined;
    holdBack.set(a, new Promise((resolve) => (release = resolve)));
    events.fire(a);
    events.fire(a);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(seen, [], 'told before the rows were there');
    events.fire(b);
    release();
    await told();
    assert.deepEqual(seen, ['read a', 'told a, a/b']);
  });

  it('goes on where a level cannot even be asked for: VS Code hears of it, and of what changes later', async () => {
    changes.noteAsked(undefined);
    holdBack.set(undefined, Promise.reject(new Error('out of order')));
    for (let i = 0; i < 2; i++) {
      const done = told();
      events.fire(undefined);
      await done;
    }
    assert.deepEqual(seen, ['told all', 'told all']);
  });

  it('does not wait for ever: what is slow shows as such', async () => {
    changes.dispose();
    open(5);
    [undefined, a].forEach((row) => changes.noteAsked(row));
    holdBack.set(a, new Promise(() => undefined));
    events.fire(a);
    await told();
    assert.deepEqual(seen, ['told a']);
  });

  describe('of what VS Code has', () => {
    /** As VS Code does it: what it asks for, it is given. */
    const give = (...rows: (Row | undefined)[]): void => rows.forEach((row) => changes.noteAsked(row)(below.get(row) ?? []));
    const tellings = (): string[] => seen.filter((one) => one.startsWith('told'));
    /** Until a change that is told has been; what was fired before it is then told or never will be. */
    const toldOf = async (...fired: (Row | undefined)[]): Promise<string[]> => {
      fired.forEach((row) => events.fire(row));
      const marker = rowOf('marker');
      events.fire(marker);
      await told();
      return tellings().map((one) => one.replace(/(, )?marker$/, ''));
    };

    it('tells the row alone whose looks changed, though all above it is read anew: the others can be clicked meanwhile', async () => {
      give(undefined, a, b, c);
      c.node = nodeOf(c.key, 'c, backed up');
      assert.deepEqual(await toldOf(a), ['told a/b/c']);
    });

    it('tells a row that looks again as at first, where VS Code took it as it was in between', async () => {
      give(undefined, a, b, c);
      c.node = nodeOf(c.key, 'c, running');
      assert.deepEqual(await toldOf(c), ['told a/b/c']);
      changes.noteTaken(c);
      seen.length = 0;
      assert.deepEqual(await toldOf(c), ['told '], 'it is told what it has');
      c.node = nodeOf(c.key);
      seen.length = 0;
      assert.deepEqual(await toldOf(a), ['told a/b/c']);
    });

    it('tells nothing where all is as it was', async () => {
      give(undefined, a, b, c);
      assert.deepEqual(await toldOf(undefined, a, c), ['told ']);
    });

    it('tells a row below which others stand now', async () => {
      give(undefined, a, b, c);
      below.set(b, [c, rowOf('a/b/d')]);
      assert.deepEqual(await toldOf(a), ['told a/b']);
    });

    it('tells a row that was closed since, or whose rows VS Code is just asking for', async () => {
      give(undefined, a, b, c);
      changes.noteClosed(b);
      assert.deepEqual(await toldOf(a), ['told a/b']);
      changes.noteAsked(b);
      seen.length = 0;
      assert.deepEqual(await toldOf(a), ['told a/b']);
    });

    it('goes by the later answer where VS Code asks twice at a time', async () => {
      give(undefined, a, c);
      const earlier = changes.noteAsked(b);
      changes.noteAsked(b)([c]);
      earlier([]);
      assert.deepEqual(await toldOf(a), ['told ']);
    });

    it('takes what says that there is nothing for the same where it says the same, and an error never', async () => {
      const empty = { message: 'Nothing here' } as unknown as EmptyRow['empty'];
      below.set(b, [{ type: 'empty', key: 'a/b!empty', parent: b, empty }]);
      give(undefined, a, b);
      below.set(b, [{ type: 'empty', key: 'a/b!empty', parent: b, empty: { ...empty } }]);
      assert.deepEqual(await toldOf(a), ['told ']);
      below.set(b, [{ type: 'error', key: 'a/b!error', parent: b, error: new Error('No'), ofNextPage: false }]);
      give(b);
      seen.length = 0;
      assert.deepEqual(await toldOf(a), ['told a/b']);
    });

    it('tells all of it while a filter is on, and once it is off: it opens rows', async () => {
      filterText = 'x';
      give(undefined, a, b, c);
      assert.deepEqual(await toldOf(a), ['told a']);
      filterText = undefined;
      seen.length = 0;
      assert.deepEqual(await toldOf(a), ['told a']);
    });
  });
});
