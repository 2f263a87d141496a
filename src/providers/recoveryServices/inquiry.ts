/** What the discovery of databases in a registered machine (an inquiry) came to, in sentences, and what mends what is wrong. */
import { lineText, shortened } from '../../core/displayText.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import { errorWithRemedies } from './errorKnowledge.ts';
import type { Container, WorkloadInquiry } from './model.ts';

const rediscover = 'Then choose Rediscover Databases on the machine.';
/** An exception of SQL Server is told up to here; the whole one is in the JSON of the container. */
const mostDetail = 300;

interface WorkloadWords {
  /** As in sentences: `SQL Server`. */
  readonly title: string;
  /** As registrations and inquiries name it. */
  readonly workloadType: string;
}

/** By the word that an inquiry's result has for it, in lower case. */
const workloads: Readonly<Record<string, WorkloadWords>> = {
  sql: { title: 'SQL Server', workloadType: 'SQLDataBase' },
  saphana: { title: 'SAP HANA', workloadType: 'SAPHanaDatabase' },
  sapase: { title: 'SAP ASE', workloadType: 'SAPAseDatabase' },
};

/** `SQL Server` for `SQL`; Azure's own word for what we do not know. */
export function inquiryTitle(inquiry: Pick<WorkloadInquiry, 'type'>): string {
  return workloads[inquiry.type.toLowerCase()]?.title ?? inquiry.type;
}

/**
 * The workload that a machine is registered for: Azure's own word, else the one of which most was found. Machines with
 * SAP HANA also carry an empty result for SQL, so the first result does not decide.
 */
export function workloadTypeOf(container: Pick<Container, 'workloadType' | 'inquiries'>): string {
  const [most] = container.inquiries.toSorted((a, b) => (b.itemCount ?? 0) - (a.itemCount ?? 0));
  return container.workloadType ?? workloads[most?.type.toLowerCase() ?? '']?.workloadType ?? 'SQLDataBase';
}

/** `4 databases`, `1 item` of workloads where other things are counted; undefined where Azure gave no number. */
export function foundText(inquiry: Pick<WorkloadInquiry, 'type' | 'itemCount'>): string | undefined {
  const { itemCount: count } = inquiry;
  const noun = inquiry.type.toLowerCase() === 'sql' ? 'database' : 'item';
  return count === undefined ? undefined : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What is wrong with one workload, with what to do about it; undefined where nothing is. */
export function inquiryProblem(inquiry: WorkloadInquiry): ErrorRecord | undefined {
  const failed = inquiry.status?.toLowerCase() === 'failed';
  if (inquiry.error === undefined && !failed) {
    return undefined;
  }
  const error = inquiry.error ?? {
    code: 'InquiryFailed',
    message: `Azure says that the discovery of databases of ${inquiryTitle(inquiry)} failed, and not why.`,
    remedies: ['Check that the machine runs and that its instances are started.', rediscover],
  };
  return explained(error, inquiry.additionalDetail);
}

/** Everything that is wrong, each thing once: what a workload has, and what only the look as a whole has. */
export function inquiryProblems(container: Pick<Container, 'inquiries' | 'inquiryError'>): readonly ErrorRecord[] {
  const ofWorkloads = container.inquiries.flatMap((inquiry) => inquiryProblem(inquiry) ?? []);
  const whole = container.inquiryError;
  const all = whole ? [...ofWorkloads, explained(whole, undefined)] : ofWorkloads;
  return all.filter((problem, at) => all.findIndex(({ code }) => code === problem.code) === at);
}

/** `SQL Server: 4 databases found.` A workload with trouble says so; none at all is told too. */
export function inquirySentence(container: Pick<Container, 'inquiries' | 'inquiryError'>): string {
  const { inquiries } = container;
  if (inquiries.length === 0) {
    return container.inquiryError
      ? `The discovery of databases failed: ${container.inquiryError.message}`
      : 'Azure names no databases in it yet.';
  }
  return inquiries
    .map((inquiry) => {
      const found = foundText(inquiry);
      const problem = inquiryProblem(inquiry);
      const count = found === undefined ? '' : `${found} found`;
      const trouble = problem && `${count ? ', with trouble: ' : ''}${problem.message}`;
      return `${inquiryTitle(inquiry)}: ${count}${trouble ?? (count ? '.' : 'nothing is known.')}`;
    })
    .join(' ');
}

/** The error with what the machine said, with remedies, and with the statement that mends it where one does. */
function explained(error: ErrorRecord, additionalDetail: string | undefined): ErrorRecord {
  const known = errorWithRemedies(error);
  const { statement } = known;
  const remedies = [
    ...(known.remedies ?? []),
    ...(statement ? [`Copy the statement and run it on each SQL Server instance of the machine. ${rediscover}`] : []),
  ];
  return {
    ...known,
    ...(additionalDetail === undefined ? {} : { message: `${known.message} (${shortened(lineText(additionalDetail), mostDetail)})` }),
    ...(remedies.length > 0 ? { remedies } : {}),
  };
}
