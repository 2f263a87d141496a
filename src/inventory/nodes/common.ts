import { armIdKey } from '../../core/armId.ts';
import type { RemedyStatement } from '../../core/errors.ts';
import type { AzureRecord } from '../../providers/recoveryServices/model.ts';
import type { RunningOperation } from '../overlay.ts';
import { capabilities, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';

/** What a row depends on beside its record. */
export interface NodeContext {
  /** Milliseconds since the epoch, UTC. */
  readonly nowMs: number;
  /** True where the cloud has a portal. */
  readonly portal: boolean;
  /** The tenant of the subscription that it stands in. */
  readonly tenantId?: string;
  /** What runs on a resource, as this window follows it. */
  running(id: string): RunningOperation | undefined;
}

export const colours = {
  good: 'testing.iconPassed',
  bad: 'testing.iconFailed',
  warning: 'list.warningForeground',
  muted: 'disabledForeground',
  active: 'charts.blue',
} as const;

/** The members that all nodes of Azure resources have alike. @param node `system`: Recovery Services where absent */
export function resourceNode(
  context: NodeContext,
  kind: string,
  record: AzureRecord,
  node: Pick<InventoryNode, 'label' | 'icon' | 'expandable'> &
    Partial<InventoryNode> & { readonly states: readonly string[]; readonly system?: string },
): InventoryNode {
  const { states, system, ...members } = node;
  return {
    key: armIdKey(record.id),
    kind,
    ...members,
    tokens: [
      kind,
      system ?? systems.recoveryServices,
      ...states,
      capabilities.resource,
      ...(context.portal ? [capabilities.portal] : []),
      ...(node.expandable ? [capabilities.refreshable] : []),
    ],
    target: {
      kind,
      id: record.id,
      name: node.label,
      ...(context.tenantId === undefined ? {} : { tenantId: context.tenantId }),
      model: record,
    },
    resourceId: record.id,
    ...(context.tenantId === undefined ? {} : { tenantId: context.tenantId }),
    raw: record.raw,
  };
}

/** Tooltip lines: those that there are. */
export function lines(...all: readonly (string | undefined | false)[]): readonly string[] {
  return all.filter((line): line is string => typeof line === 'string' && line !== '');
}

/** `Policy: Daily`, or nothing where there is none. */
export function fact(name: string, value: string | number | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : `${name}: ${value}`;
}

/** A statement as a tooltip tells it: what it is, and itself. */
export function statementLines(statement: RemedyStatement | undefined): readonly string[] {
  return statement ? [`${statement.title}:`, ...statement.text.trim().split('\n')] : [];
}
