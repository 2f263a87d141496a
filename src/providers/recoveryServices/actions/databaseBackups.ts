/** The types in which a database is backed up on demand, and the rules of keeping them. From Microsoft's documentation of SQL backup. */
import { BackupError } from '../../../core/errors.ts';
import type { DatabaseBackupType } from '../itemKinds.ts';

interface TypeRules {
  readonly value: DatabaseBackupType;
  readonly label: string;
  /** In a sentence: `a differential recovery point`. */
  readonly word: string;
  readonly meaning: string;
  readonly keeping: string;
  /** Absent where the policy says how long: no date is asked. */
  readonly keep?: { readonly proposedDays: number; readonly leastDays: number };
}

/** Azure Backup keeps nothing for longer than this. */
const mostYears = 99;
const dayMs = 86_400_000;

export const backupTypes: readonly TypeRules[] = [
  {
    value: 'Full',
    label: 'Full',
    word: 'full',
    meaning: 'The whole database; differential and log backups build on it',
    keeping: `kept for 45 days to ${mostYears} years`,
    keep: { proposedDays: 45, leastDays: 45 },
  },
  {
    value: 'CopyOnlyFull',
    label: 'Copy-only full',
    word: 'copy-only full',
    meaning: 'The whole database, without touching the chain that differential backups build on',
    keeping: `kept for as long as you choose, up to ${mostYears} years`,
    keep: { proposedDays: 30, leastDays: 0 },
  },
  {
    value: 'Differential',
    label: 'Differential',
    word: 'differential',
    meaning: 'What has changed since the last full backup',
    keeping: 'kept as the policy keeps differential backups',
  },
  {
    value: 'Log',
    label: 'Log',
    word: 'log',
    meaning: 'The transaction log since the last log backup, for restoring to a point in time',
    keeping: 'kept as the policy keeps log backups',
  },
];

/** @throws BackupError `AnswerMissing`, `BackupTypeUnknown` */
export function backupTypeOf(answer: string | undefined, attempted: string): TypeRules {
  const found = backupTypes.find(({ value }) => value === answer);
  if (!found) {
    throw new BackupError(answer === undefined ? 'No backup type was chosen.' : `A database is not backed up as "${answer}".`, {
      code: answer === undefined ? 'AnswerMissing' : 'BackupTypeUnknown',
      attempted,
      remedies: [`Choose one of ${backupTypes.map(({ value }) => value).join(', ')}.`],
    });
  }
  return found;
}

/** Days are those of this machine's calendar, as they are typed: 45 days from the first of March is the fifteenth of April. */
export function proposedExpiry(type: string | undefined, nowMs: number): number {
  const days = backupTypes.find(({ value }) => value === type)?.keep?.proposedDays ?? 30;
  return shifted(nowMs, { days });
}

/** A sentence where Azure would not keep it until then, else undefined. */
export function refuseKeeping(type: string | undefined, chosenMs: number, nowMs: number): string | undefined {
  const rules = backupTypes.find(({ value }) => value === type);
  const leastDays = rules?.keep?.leastDays ?? 0;
  if (chosenMs <= nowMs) {
    return 'That moment has passed. The recovery point must be kept until a moment to come.';
  }
  if (dayOf(chosenMs) < dayOf(shifted(nowMs, { days: leastDays }))) {
    return `Azure keeps a full backup on demand for at least ${leastDays} days: until ${dayOf(shifted(nowMs, { days: leastDays }))} or later. A copy-only full backup can be kept for a shorter time.`;
  }
  const last = shifted(nowMs, { years: mostYears });
  return dayOf(chosenMs) > dayOf(last) ? `Azure keeps a recovery point for at most ${mostYears} years: until ${dayOf(last)}.` : undefined;
}

/**
 * The moment that Azure is told. Days are chosen and Azure counts hours: on the first and the last day that may be chosen
 * the moment moves, within that day or by the hour that clocks are put forward, to where Azure takes it.
 */
export function expiryFor(type: DatabaseBackupType, chosenMs: number, nowMs: number): Date {
  const leastDays = backupTypes.find(({ value }) => value === type)?.keep?.leastDays ?? 0;
  const least = leastDays === 0 ? chosenMs : nowMs + leastDays * dayMs;
  return new Date(Math.min(Math.max(chosenMs, least), shiftedUtc(nowMs, mostYears)));
}

/** Years end on the same day of the calendar, those from a leap day on the day before where there is none: as Azure counts. */
function shifted(ms: number, by: { readonly days?: number; readonly years?: number }): number {
  const at = new Date(ms);
  const [year, month] = [at.getFullYear() + (by.years ?? 0), at.getMonth()];
  at.setFullYear(year, month, Math.min(at.getDate(), daysIn(year, month)) + (by.days ?? 0));
  return at.getTime();
}

function shiftedUtc(ms: number, years: number): number {
  const at = new Date(ms);
  const [year, month] = [at.getUTCFullYear() + years, at.getUTCMonth()];
  return at.setUTCFullYear(year, month, Math.min(at.getUTCDate(), daysIn(year, month)));
}

/** @param month from 0 */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

/** `2027-01-31`, of this machine's calendar; texts compare as days do. */
function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
