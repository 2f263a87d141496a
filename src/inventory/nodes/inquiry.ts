import { lineText } from '../../core/displayText.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import { inquiryProblem, inquiryProblems, inquiryTitle } from '../../providers/recoveryServices/inquiry.ts';
import type { Container } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { capabilities, kinds, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines, statementLines } from './common.ts';

/** What the last look for databases in a container came to: a row for each workload, and one for what went wrong as a whole. */
export function inquiryNodes(parent: InventoryNode, container: Container): readonly InventoryNode[] {
  const counted = new Map<string, number>();
  const problems: ErrorRecord[] = [];
  const rows = container.inquiries.map((inquiry) => {
    const key = inquiry.type.toLowerCase();
    const turn = counted.get(key) ?? 0;
    counted.set(key, turn + 1);
    const problem = inquiryProblem(inquiry);
    const name = inquiryTitle(inquiry);
    if (problem) {
      problems.push(problem);
      return errorRow(parent, `${key}#${turn}`, name, problem, inquiry.itemCount);
    }
    const succeeded = inquiry.status === undefined || /^success$/i.test(inquiry.status);
    const label = `${name}: ${foundText(inquiry.itemCount)}`;
    return row(parent, `${key}#${turn}`, {
      label,
      ...(succeeded ? {} : { description: spelled(inquiry.status ?? '').toLowerCase() }),
      tooltip: lines(label, fact('Last look', inquiry.status)),
      icon: succeeded ? { id: 'pass', color: colours.good } : { id: 'question', color: colours.muted },
    });
  });
  const others = inquiryProblems(container).filter(({ code }) => !problems.some((problem) => problem.code === code));
  return [...others.map((problem) => errorRow(parent, 'whole', 'Last look for databases', problem, undefined)), ...rows];
}

function foundText(count: number | undefined): string {
  return count === undefined
    ? 'number of items not given'
    : count === 0
      ? 'nothing found'
      : `${count} ${count === 1 ? 'item' : 'items'} found`;
}

function errorRow(parent: InventoryNode, suffix: string, name: string, error: ErrorRecord, itemCount: number | undefined): InventoryNode {
  const { code, message, remedies, statement } = error;
  const node = row(parent, suffix, {
    // The code first: it says in a word what the service's sentences come to, and a narrow view cuts those off.
    label: `${name}: ${code}`,
    description: joined(itemCount ? foundText(itemCount) : undefined, lineText(message)),
    tooltip: lines(
      `${name}: ${message}`,
      ...(remedies ?? []),
      ...statementLines(statement),
      fact('Items found all the same', itemCount ? itemCount : undefined),
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
