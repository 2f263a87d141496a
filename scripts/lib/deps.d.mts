// The types of deps.mjs, which is plain JavaScript because the oldest Node allowed cannot read TypeScript.
export const root: string;
export function say(line: string): void;
export class SetupError extends Error {}
export function nodeIsAtLeast(major: number, minor?: number, version?: string): boolean;
export function staleness(folder: string): string | undefined;
export function withLock<Result>(lock: string, work: () => Promise<Result>): Promise<Result>;
export function ensureInstalled(folder: string, what: string): Promise<void>;
export function packagedNode(folder: string): string | undefined;
export function ensureNode(major: number, minor?: number): Promise<string>;
