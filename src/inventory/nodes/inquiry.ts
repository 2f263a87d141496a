import type { ErrorRecord } from '../../core/errors.ts';
import { errorWithRemedies } from '../../providers/recoveryServices/errorKnowledge.ts';
import type { Container } from '../../providers/recoveryServices/model.ts';
import { spelled } from '../text.ts';
import { capabilities, kinds, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines } from './common.ts';

const workloadNames: Readonly<Record<string, string>> = {
  sql: 'SQL Server',
  sqldatabase: 'SQL Server',
  saphana: 'SAP HANA',
  saphanadatabase: 'SAP HANA',
  sapase: 'SAP ASE',
  sapasedatabase: 'SAP ASE',
};

/** What the last look for databases in a container came to: a row for each workload, and one for what went wrong as a whole. */
export function inquiryNodes(parent: InventoryNode, container: Container): readonly InventoryNode[] {
  const counted = new Map<string, number>();
  const rows = container.inquiries.map(({ type, itemCount, status, error }) => {
    const key = type.toLowerCase();
    const turn = counted.get(key) ?? 0;
    counted.set(key, turn + 1);
    const name = workloadNames[key] ?? type;
    const said = status === undefined || /^success$/i.test(status) ? undefined : spelled(status).toLowerCase();
    return error
      ? errorRow(parent, `${key}#${turn}`, name, error, itemCount)
      : row(parent, `${key}#${turn}`, {
          label: `${name}: ${foundText(itemCount)}`,
          ...(said === undefined ? {} : { description: said }),
          tooltip: lines(`${name}: ${foundText(itemCount)}`, fact('Last look', status)),
          icon: said === undefined ? { id: 'pass', color: colours.good } : { id: 'question', color: colours.muted },
        });
  });
  const whole = container.inquiryError;
  // Azure repeats a workload's error as that of the whole.
  return whole && !container.inquiries.some(({ error }) => error?.code === whole.code)
    ? [errorRow(parent, 'whole', 'Last look for databases', whole, undefined), ...rows]
    : rows;
}

function foundText(count: number | undefined): string {
  return count === undefined
    ? 'number of items not given'
    : count === 0
      ? 'nothing found'
      : `${count} ${count === 1 ? 'item' : 'items'} found`;
}

function errorRow(parent: InventoryNode, suffix: string, name: string, error: ErrorRecord, itemCount: number | undefined): InventoryNode {
  const { code, message, remedies, statement } = errorWithRemedies(error);
  const node = row(parent, suffix, {
    label: `${name}: ${message}`,
    description: code,
    tooltip: lines(
      `${name}: ${message}`,
      ...(remedies ?? []),
      statement && `${statement.title}:`,
      statement?.text,
      fact('Items found all the same', itemCount || undefined),
      `Code: ${code}`,
    ),
    icon: { id: 'warning', color: colours.warning },
  });
  return statement ? { ...node, tokens: [...node.tokens, capabilities.statement], statement } : node;
}

function row(parent: InventoryNode, suffix: string, look: Pick<InventoryNode, 'label' | 'icon'> & Partial<InventoryNode>): InventoryNode {
  return {
    key: `${parent.key}#${kinds.inquiry}#${suffix}`,
    kind: kinds.inquiry,
    ...look,
    tokens: [kinds.inquiry, systems.recoveryServices],
    expandable: false,
    ...(parent.tenantId === undefined ? {} : { tenantId: parent.tenantId }),
  };
}
