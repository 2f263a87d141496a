import type { Lines } from './lines.ts';

export interface ListCommands {
  /** How many rows a page is. */
  readonly pageRows: () => number;
  readonly go: (at: number) => void;
  readonly fold: (key: string, folded: boolean) => void;
  readonly open: () => void;
  readonly menu: () => void;
  readonly type: () => void;
  readonly escape: () => void;
}

/** What a key does in the list. @param at place of the line that the keys move from; -1 where there is none */
export function listKeys(event: KeyboardEvent, lines: Lines, at: number, commands: ListCommands): void {
  const line = lines.all[at];
  const last = lines.all.length - 1;
  const to = target(event, at, last, commands.pageRows());
  const does = (done: () => void): void => {
    event.preventDefault();
    done();
  };
  if (event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  if (to !== undefined) {
    if (last >= 0) {
      does(() => commands.go(Math.min(Math.max(to, 0), last)));
    }
  } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    does(commands.menu);
  } else if (event.key === 'Escape') {
    does(commands.escape);
  } else if (event.key === 'Enter' || event.key === ' ') {
    does(() =>
      line?.kind === 'group' ? commands.fold(line.key, !line.folded) : line && event.key === 'Enter' ? commands.open() : undefined,
    );
  } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
    does(() => sideways(event.key === 'ArrowRight', lines, at, commands));
  } else if (event.key.length === 1) {
    // The focus is in the filter box by the time that the character comes, so that it is typed there.
    commands.type();
  }
}

function target({ key }: KeyboardEvent, at: number, last: number, page: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? 0 : at - 1,
    Home: 0,
    End: last,
    PageDown: Math.max(at, 0) + page,
    PageUp: at - page,
  };
  return moves[key];
}

/** As in every tree: into a group and out of it, unfolding and folding it. */
function sideways(inward: boolean, lines: Lines, at: number, { go, fold }: ListCommands): void {
  const line = lines.all[at];
  if (line?.kind === 'group') {
    if (line.folded === inward) {
      fold(line.key, !inward);
    } else if (inward) {
      go(at + 1);
    }
  } else if (line && !inward) {
    const head = lines.all.slice(0, at).findLastIndex(({ kind }) => kind === 'group');
    if (head >= 0) {
      go(head);
    }
  }
}
