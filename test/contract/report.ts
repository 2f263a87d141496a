/** Holds a whole run's traffic against the published contract. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract, Finding } from './check.ts';
import { type Exchange, queryValue, targetOf } from './exchange.ts';
import type { Oddity } from './oddities.ts';

interface Seen extends Finding {
  /** The first exchange that has it. */
  readonly where: string;
  count: number;
}

export interface Report {
  /** Of our clients, held against the contract. */
  requests: number;
  /** Of the sandbox, held against the contract. */
  answers: number;
  /** `Service Operation` of all that were asked for. */
  readonly operations: Set<string>;
  /** By key. */
  readonly violations: Map<string, Seen>;
  /** Keys of listed oddities that showed. */
  readonly oddities: Set<string>;
  /** Types of which no document is here, with the number of requests and answers. */
  readonly unpublished: Map<string, number>;
  /** `service 2025-02-01, held against 2024-04-01`, with the number of requests and answers. */
  readonly otherVersions: Map<string, number>;
}

/** Our clients: the pipeline by its name, and the libraries of Azure that build its requests. */
const ours = /^(backup-explorer|azsdk-js-(arm-|client$))/;

/** @param traffic lines of recorded traffic, see `src/sandbox/server/traffic.ts` */
export function reportOn(traffic: Iterable<Exchange>, contract: Contract, listed: readonly Oddity[]): Report {
  const known = new Set(listed.map(({ key }) => key));
  const report: Report = {
    requests: 0,
    answers: 0,
    operations: new Set(),
    violations: new Map(),
    oddities: new Set(),
    unpublished: new Map(),
    otherVersions: new Map(),
  };
  for (const exchange of traffic) {
    const { request, response } = exchange;
    const parts = { request: ours.test(request.caller ?? '') && request.unread !== true, answer: response !== undefined };
    const count = Number(parts.request) + Number(parts.answer);
    const { found, type, findings } = contract.check(exchange, parts);
    if (found === undefined) {
      add(report.unpublished, type, count);
    } else {
      const { id, service, version } = found.operation;
      report.requests += Number(parts.request);
      report.answers += Number(parts.answer);
      report.operations.add(`${service} ${id}`);
      if (!found.exact) {
        add(report.otherVersions, `${service} ${queryValue(targetOf(request.url).query, 'api-version')} against ${version}`, count);
      }
    }
    for (const finding of findings) {
      if (known.has(finding.key)) {
        report.oddities.add(finding.key);
      } else {
        const seen = report.violations.get(finding.key) ?? { ...finding, where: whereOf(exchange), count: 0 };
        seen.count++;
        report.violations.set(finding.key, seen);
      }
    }
  }
  return report;
}

/** All that processes recorded in a folder. */
export function* trafficIn(folder: string): Generator<Exchange> {
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      // A process that is killed may leave half a line.
      if (line.endsWith('}')) yield JSON.parse(line) as Exchange;
    }
  }
}

/** The one line that says it all. */
export function summaryOf({ requests, answers, operations, violations, oddities }: Report): string {
  return `${requests} requests and ${answers} answers against ${operations.size} operations, ${violations.size} violations, ${oddities.size} known oddities`;
}

/** What else is to be known, line by line. @param proven by key, where Azure did so */
export function detailsOf({ violations, unpublished, otherVersions }: Report, proven: ReadonlyMap<string, string>): string[] {
  const counted = (map: ReadonlyMap<string, number>): string =>
    [...map]
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} (${count})`)
      .join(', ');
  return [
    ...(otherVersions.size === 0 ? [] : [`Held against the nearest version that is published here: ${counted(otherVersions)}`]),
    ...(unpublished.size === 0 ? [] : [`No published contract here: ${counted(unpublished)}`]),
    ...[...violations.values()]
      .sort((one, other) => one.key.localeCompare(other.key))
      .flatMap(({ key, detail, where, count }) => [
        `${key} (${count})`,
        `    ${detail}`,
        `    ${where}`,
        ...(proven.has(key) ? [`    Azure did so: { "key": ${JSON.stringify(key)}, ${proven.get(key)} }`] : []),
      ]),
  ];
}

function whereOf({ request, response }: Exchange): string {
  return `${request.caller ?? 'a test'}: ${request.method} ${request.url.slice(0, 300)}${response === undefined ? '' : ` -> ${response.status}`}`;
}

function add(map: Map<string, number>, key: string, count: number): void {
  map.set(key, (map.get(key) ?? 0) + count);
}
