import { z } from 'zod';

/** Which requests a fault is for. */
const target = {
  /** `GET`, or `*` for any. Without case. */
  method: z
    .string()
    .regex(/^([A-Za-z]+|\*)$/, 'is an HTTP method such as GET, or * for any')
    .default('*'),
  /** Glob over the decoded path: `*` within a segment, `**` across segments. Without case. */
  path: z.string().min(1).optional(),
  /** Regular expression searched in the decoded path. Without case. */
  pathPattern: z.string().min(1).optional(),
  /** Matching requests that pass before the first one is hit. */
  skip: z.number().int().min(0).default(0),
  /** How many matching requests are hit; `"unlimited"` for all. */
  count: z.union([z.number().int().min(1), z.literal('unlimited')]).default(1),
};

/** Seconds as the client reads them: a fault's waiting is not shortened by `--speed`. */
const retryAfterSeconds = z.number().int().min(0);

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    ...target,
    kind: z.literal('throttle'),
    retryAfterSeconds: retryAfterSeconds.default(1),
    code: z.string().min(1).default('ResourceRequestsThrottled'),
  }),
  z.strictObject({
    ...target,
    kind: z.literal('error'),
    status: z.number().int().min(400).max(599),
    code: z.string().min(1).optional(),
    /** May be empty: Azure Backup answers 500 `CloudStorageUnexpectedError` with no message at all. */
    message: z.string().optional(),
    retryAfterSeconds: retryAfterSeconds.optional(),
    /** True: the request is carried out first, and the error hides it. */
    takesEffect: z.boolean().default(false),
  }),
  z.strictObject({ ...target, kind: z.literal('htmlError'), status: z.number().int().min(400).max(599).default(502) }),
  z.strictObject({ ...target, kind: z.literal('resetBefore') }),
  z.strictObject({ ...target, kind: z.literal('resetAfter') }),
  z.strictObject({ ...target, kind: z.literal('slow'), ms: z.number().int().min(1).max(600_000) }),
  z.strictObject({ ...target, kind: z.literal('truncate') }),
  z.strictObject({
    ...target,
    kind: z.literal('severalJobs'),
    /** Ids of jobs that an operation's status names beside its own. */
    jobIds: z.array(z.string().min(1)).default([]),
    /** `failedJobsError` of the published contract: texts of errors by job. */
    failedJobs: z.record(z.string(), z.string()).default({}),
  }),
  z.strictObject({
    ...target,
    kind: z.literal('expireToken'),
    /** True: the 401 carries a claims challenge, with which Azure's pipelines fetch a new token by themselves. */
    challenge: z.boolean().default(false),
  }),
]);

const faultSchema = kinds.superRefine((fault, context) => {
  if ((fault.path === undefined) === (fault.pathPattern === undefined)) {
    context.addIssue({ code: 'custom', message: 'needs either "path" (a glob) or "pathPattern" (a regular expression)', path: ['path'] });
  }
  try {
    void new RegExp(fault.pathPattern ?? '', 'i');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is no regular expression: ${String(error)}`, path: ['pathPattern'] });
  }
});

/** A faults file: a list, or an object with a list and switches. */
const faultsFileSchema = z.union([
  z.array(faultSchema).transform((faults) => ({ faults, enforceLimits: false })),
  z.strictObject({
    faults: z.array(faultSchema).default([]),
    /** True: the rate limits that the headers count are refused with 429 when they are used up, as Azure's are. */
    enforceLimits: z.boolean().default(false),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultsFile = z.infer<typeof faultsFileSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** What is wrong with a faults file, for a person: where and what. */
export class FaultsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'FaultsError';
  }
}

/** @throws FaultsError listing every problem with its place (`faults[2].status`). */
export function parseFaults(value: unknown): FaultsFile {
  const shape = Array.isArray(value) ? z.array(faultSchema) : faultsFileSchema.options[1];
  const result = shape.safeParse(value);
  if (result.success) {
    return faultsFileSchema.parse(value);
  }
  throw new FaultsError(
    result.error.issues.map((issue) => {
      const path = [...(Array.isArray(value) ? ['faults'] : []), ...issue.path];
      return `${path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`)).join('')}: ${issue.message}`;
    }),
  );
}
