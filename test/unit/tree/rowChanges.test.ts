import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/events.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { RowChanges } from '../../../src/tree/rowChanges.ts';
import type { NodeRow, Row } from '../../../src/tree/rows.ts';

const rowOf = (key: string): NodeRow => ({ type: 'node', key, node: { key } as InventoryNode });

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

  const open = (patienceMs = 5_000): void => {
    changes = new RowChanges({
      model: {
        onDidChange: events.event,
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
    open();
  });
  afterEach(() => changes.dispose());

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

  it('does not wait for ever: what is slow shows as such', async () => {
    changes.dispose();
    open(5);
    [undefined, a].forEach((row) => changes.noteAsked(row));
    holdBack.set(a, new Promise(() => undefined));
    events.fire(a);
    await told();
    assert.deepEqual(seen, ['told a']);
  });
});
