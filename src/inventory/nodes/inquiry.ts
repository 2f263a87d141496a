import { lineText } from '../../core/displayText.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import { foundText, inquiryProblem, inquiryProblems, inquiryTitle } from '../../providers/recoveryServices/inquiry.ts';
import type { Container, WorkloadInquiry } from '../../providers/recoveryServices/model.ts';
import { joined, spelled } from '../text.ts';
import { capabilities, kinds, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { colours, fact, lines, statementLines } from './common.ts';

/** What the last discovery of databases in a container came to: a row for each workload, and one for what went wrong as a whole. */
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
      return errorRow(parent, `${key}#${turn}`, name, problem, inquiry.itemCount ? foundText(inquiry) : undefined);
    }
    const succeeded = inquiry.status === undefined || /^success$/i.test(inquiry.status);
    const label = `${name}: ${resultText(inquiry)}`;
    return row(parent, `${key}#${turn}`, {
      label,
      ...(succeeded ? {} : { description: spelled(inquiry.status ?? '').toLowerCase() }),
      tooltip: lines(label, fact('Last discovery', inquiry.status)),
      icon: succeeded ? { id: 'pass', color: colours.good } : { id: 'question', color: colours.muted },
    });
  });
  const others = inquiryProblems(container).filter(({ code }) => !problems.some((problem) => problem.code === code));
  return [...others.map((problem) => errorRow(parent, 'whole', 'Database discovery', problem, undefined)), ...rows];
}

function resultText(inquiry: WorkloadInquiry): string {
  const found = foundText(inquiry);
  return found === undefined ? 'number of items not given' : inquiry.itemCount === 0 ? 'nothing found' : `${found} found`;
}

function errorRow(parent: InventoryNode, suffix: string, name: string, error: ErrorRecord, found: string | undefined): InventoryNode {
  const { code, message, remedies, statement } = error;
  const node = row(parent, suffix, {
    // The code first: it says in a word what the service's sentences come to, and a narrow view cuts those off.
    label: `${name}: ${code}`,
    description: joined(found && `${found} found`, lineText(message)),
    tooltip: lines(
      `${name}: ${message}`,
      ...(remedies ?? []),
      ...statementLines(statement),
      fact('Found all the same', found),
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
