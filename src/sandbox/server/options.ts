import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../../core/errors.ts';
import { azuriteAt, type AzuriteProgram } from '../storage/azurite/find.ts';
import { FaultsError, type FaultsFile, parseFaults } from '../faults/schema.ts';
import { defaults, type Quota, type SandboxOptions } from './start.ts';

export type CommandLine =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'serve';
      readonly options: SandboxOptions;
      /** True: the end of stdin ends the sandbox, so that it does not outlive whoever started it. */
      readonly exitWithStdin: boolean;
    };

/** A command line that cannot be followed: which flag, its value, what it takes. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

export const usage = `Usage: npm run sandbox -- [flags]

A local Azure for backup: HTTPS on 127.0.0.1. Prints one JSON line with its addresses and a service principal, then
serves until it is interrupted.

  --port N           port; a free one where left out
  --veeam-port N     port of the first Veeam appliance, the others follow it; free ones where left out
  --latency MS       holds every answer back, milliseconds (default ${defaults.latencyMs})
  --speed X          how much shorter waiting is than in Azure; 60 makes a minute a second (default ${defaults.speed})
  --vaults V         vaults to add to the standing world
  --items I          protected items in each added vault (default 10)
  --quota Q          real: requests beyond Azure's limits are refused; off: they are counted only (default ${defaults.quota})
  --faults FILE      JSON file of faults to inject; see docs/sandbox.md
  --seed N           the same seed makes the same world (default ${defaults.seed})
  --data DIR         where the authority's certificate is written; a new temporary directory where left out
  --exit-with-stdin  ends when stdin ends
  --azurite PATH     the blob service of storage accounts, where it is not found by itself; see docs/sandbox.md
  --linger SECONDS   ends when nobody has held a lifeline for so long; see docs/sandbox.md
  --record DIR       writes one JSON line for each kind of request and answer into a file there; see docs/sandbox.md
  --help             this text
`;

interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly expected: string;
}

const rules = {
  port: { min: 0, max: 65_535, whole: true, expected: 'a whole number from 0 to 65535' },
  'veeam-port': { min: 0, max: 65_500, whole: true, expected: 'a whole number from 0 to 65500' },
  latency: { min: 0, max: 600_000, whole: true, expected: 'whole milliseconds from 0 to 600000' },
  speed: { min: 0.01, max: 100_000, whole: false, expected: 'a number from 0.01 to 100000' },
  vaults: { min: 0, max: 1000, whole: true, expected: 'a whole number from 0 to 1000' },
  items: { min: 0, max: 10_000, whole: true, expected: 'a whole number from 0 to 10000' },
  linger: { min: 0.1, max: 86_400, whole: false, expected: 'a number of seconds from 0.1 to 86400' },
  seed: { min: 0, max: 4_294_967_295, whole: true, expected: 'a whole number from 0 to 4294967295' },
} as const satisfies Record<string, NumberRule>;

/** @throws UsageError for anything that is not a flag with a value it takes. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const values = parseFlags(args);
  if (values.help === true) {
    return { kind: 'help' };
  }
  const number = (flag: keyof typeof rules): number | undefined => parseNumber(flag, values[flag]);
  const linger = number('linger');
  const options = {
    port: number('port'),
    veeamPort: number('veeam-port'),
    latencyMs: number('latency'),
    speed: number('speed'),
    vaults: number('vaults'),
    items: number('items'),
    seed: number('seed'),
    quota: values.quota === undefined ? undefined : quotaOf(values.quota),
    faults: values.faults === undefined ? undefined : readFaults(values.faults),
    dataDirectory: values.data,
    record: values.record,
    azurite: values.azurite === undefined ? undefined : azuriteOf(values.azurite),
    lingerMs: linger === undefined ? undefined : linger * 1000,
  };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { kind: 'serve', options: given, exitWithStdin: values['exit-with-stdin'] === true };
}

function parseFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      // `--port -1` would else be two flags to parseArgs, and its message would not name what the port takes.
      args: joinNegatives(args),
      options: {
        port: text,
        'veeam-port': text,
        latency: text,
        speed: text,
        vaults: text,
        items: text,
        quota: text,
        faults: text,
        seed: text,
        data: text,
        record: text,
        azurite: text,
        'exit-with-stdin': flag,
        linger: text,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\nRun with --help for the flags.`, { cause: error });
  }
}

function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (/^-[\d.]/.test(arg) && last?.startsWith('--') && !last.includes('=')) {
      joined[joined.length - 1] = `${last}=${arg}`;
    } else {
      joined.push(arg);
    }
  }
  return joined;
}

function parseNumber(flag: keyof typeof rules, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const rule: NumberRule = rules[flag];
  const value = /^-?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= rule.min && value <= rule.max) || (rule.whole && !Number.isInteger(value))) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: expected ${rule.expected}.`);
  }
  return value;
}

function quotaOf(text: string): Quota {
  if (text !== 'off' && text !== 'real') {
    throw new UsageError(`--quota ${JSON.stringify(text)}: expected off or real.`);
  }
  return text;
}

function azuriteOf(path: string): AzuriteProgram | 'none' {
  if (path === 'none') {
    return path;
  }
  const found = azuriteAt(path);
  if (found === undefined) {
    const expected = 'expected the folder of the npm package azurite, a project that has it installed, its command azurite-blob, or none';
    throw new UsageError(`--azurite ${JSON.stringify(path)}: ${expected}.`);
  }
  return found;
}

function readFaults(file: string): FaultsFile {
  try {
    return parseFaults(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof FaultsError) {
      const problems = error.message.split('\n').map((line) => `  ${line}`);
      throw new UsageError(`--faults ${JSON.stringify(file)}: not a faults file:\n${problems.join('\n')}\nSee docs/sandbox.md.`, {
        cause: error,
      });
    }
    const expected = error instanceof SyntaxError ? 'expected JSON' : 'expected a readable JSON file';
    throw new UsageError(`--faults ${JSON.stringify(file)}: ${expected}: ${messageOf(error)}`, { cause: error });
  }
}
