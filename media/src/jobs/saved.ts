/** What survives a reload, and what of it is as at first and need not be kept. */
import type { PanelState } from '../../../src/views/protocol.ts';
import type { Arrangement, ListFilter } from './arrange.ts';
import type { Top } from './lines.ts';

export function stateOf({ filter, group, sort, folded }: Arrangement, selected: string | undefined, top: Top | undefined): PanelState {
  const { text, state, system, vault, batch } = filter;
  return {
    ...(selected === undefined ? {} : { selected }),
    filter: text,
    stateFilter: state,
    ...(system === 'all' ? {} : { system }),
    ...(vault === 'all' ? {} : { vault }),
    ...(batch === undefined ? {} : { batch }),
    ...(group === 'none' ? {} : { group }),
    ...(sort === 'newest' ? {} : { sort }),
    ...(folded.size === 0 ? {} : { folded: [...folded] }),
    ...(top === undefined ? {} : { top }),
  };
}

export function filterOf({ filter: text = '', stateFilter: state = 'all', system = 'all', vault = 'all', batch }: PanelState): ListFilter {
  return { text, state, system, vault, ...(batch === undefined ? {} : { batch }) };
}
