/** Policies in a line for a person. What a part says is left out where Azure's answer has it in a form that we do not know. */
import { fieldsOf, toMoment, toText, type Fields } from '../../arm/fields.ts';

/** `Daily at 14:30 UTC`, `Weekly on Sunday, Tuesday at 10:00 UTC`, `Every 4 hours from 08:00 for 12 hours UTC`. */
export function describeSchedule(properties: Fields): string {
  const zone = zoneOf(properties);
  const one = scheduleOf(properties.object('schedulePolicy'), zone);
  const parts = subPolicies(properties).map(({ name, policy }) => named(name, scheduleOf(policy.object('schedulePolicy'), zone)));
  return [one, ...parts].filter(Boolean).join('; ');
}

/** One type of backup of a database's policy. Texts are empty where Azure's answer has them in a form that we do not know. */
export interface PolicyPart {
  /** `Full`, `Differential`, `Log`, or what Azure said. */
  readonly type: string;
  /** `Daily at 14:30 UTC`, `Every 15 minutes`. */
  readonly schedule: string;
  /** `30 days; weekly 12 weeks`. */
  readonly retention: string;
}

export function describeParts(properties: Fields): PolicyPart[] {
  const zone = zoneOf(properties);
  return subPolicies(properties).map(({ name, policy }) => ({
    type: name,
    schedule: scheduleOf(policy.object('schedulePolicy'), zone),
    retention: retentionOf(policy.object('retentionPolicy')),
  }));
}

/** `30 days; weekly 4 weeks`, `Full: weekly 104 weeks; Log: 15 days`. */
export function describeRetention(properties: Fields): string {
  const vaulted = properties.object('vaultRetentionPolicy');
  const snapshot = vaulted.number('snapshotRetentionInDays') ?? properties.number('instantRpRetentionRangeInDays');
  const parts = [
    retentionOf(properties.object('retentionPolicy')),
    retentionOf(vaulted.object('vaultRetention')),
    ...subPolicies(properties).map(({ name, policy }) => named(name, retentionOf(policy.object('retentionPolicy')))),
    snapshot === undefined ? '' : `snapshots ${counted(snapshot, 'Days')}`,
  ];
  return parts.filter(Boolean).join('; ');
}

function zoneOf(properties: Fields): string {
  return properties.text('timeZone') ?? properties.object('settings').text('timeZone') ?? 'UTC';
}

function subPolicies(properties: Fields): { name: string; policy: Fields }[] {
  return properties.list('subProtectionPolicy').map((one) => {
    const policy = fieldsOf(one);
    return { name: policy.text('policyType') ?? 'Part', policy };
  });
}

function named(name: string, text: string): string {
  return text === '' ? '' : `${name}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function scheduleOf(schedule: Fields, zone: string): string {
  const minutes = schedule.number('scheduleFrequencyInMins');
  if (minutes !== undefined) {
    return minutes === 60 ? 'Every hour' : `Every ${minutes % 60 === 0 ? counted(minutes / 60, 'Hours') : counted(minutes, 'Minutes')}`;
  }
  const frequency = schedule.text('scheduleRunFrequency');
  const weekly = schedule.object('weeklySchedule');
  const detail = frequency === 'Weekly' ? weekly : schedule.object('dailySchedule');
  const times = clockTimes([...schedule.list('scheduleRunTimes'), ...detail.list('scheduleRunTimes')]);
  const at = times ? ` at ${times} ${zone}` : '';
  switch (frequency) {
    case undefined:
      return '';
    case 'Hourly': {
      const hourly = schedule.object('hourlySchedule');
      const interval = hourly.number('interval');
      const from = clockTimes(hourly.list('scheduleWindowStartTime').concat(hourly.text('scheduleWindowStartTime') ?? []));
      const span = hourly.number('scheduleWindowDuration');
      return [
        interval === undefined ? 'Hourly' : `Every ${counted(interval, 'Hours')}`,
        from ? ` from ${from} ${zone}` : '',
        span === undefined ? '' : ` for ${counted(span, 'Hours')}`,
      ].join('');
    }
    case 'Weekly': {
      const days = texts([...schedule.list('scheduleRunDays'), ...weekly.list('scheduleRunDays')]);
      return `Weekly${days.length > 0 ? ` on ${daysText(days)}` : ''}${at}`;
    }
    default:
      return `${frequency}${at}`;
  }
}

/** One or two in full; of more, their first three letters: a list of choices has a line for all of a policy. */
function daysText(days: readonly string[]): string {
  return (days.length > 2 ? days.map((day) => day.slice(0, 3)) : days).join(', ');
}

const longTerm = [
  ['dailySchedule', ''],
  ['weeklySchedule', 'weekly '],
  ['monthlySchedule', 'monthly '],
  ['yearlySchedule', 'yearly '],
] as const;

function retentionOf(retention: Fields): string {
  const simple = durationOf(retention.object('retentionDuration'));
  const parts = longTerm.map(([member, word]) => {
    const text = durationOf(retention.object(member).object('retentionDuration'));
    return text && `${word}${text}`;
  });
  return [simple, ...parts].filter(Boolean).join('; ');
}

function durationOf(duration: Fields): string {
  const count = duration.number('count');
  return count === undefined ? '' : counted(count, duration.text('durationType') ?? 'Days');
}

function counted(count: number, unit: string): string {
  const word = unit.toLowerCase();
  return `${count} ${count === 1 ? word.replace(/s$/, '') : word}`;
}

/** Only the time of day counts in a schedule; its date is the day when the policy was written. */
function clockTimes(moments: readonly unknown[]): string {
  return texts(moments)
    .flatMap((text) => /T(\d{2}:\d{2})/.exec(toMoment(text) ?? text)?.[1] ?? [])
    .join(', ');
}

function texts(values: readonly unknown[]): string[] {
  return values.flatMap((value) => toText(value) ?? []);
}
