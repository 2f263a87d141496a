/** Milliseconds that an answer asks to wait: `Retry-After` in seconds or as an HTTP date, or Azure's own in milliseconds. */
export function retryAfterMs(headers: { get(name: string): string | undefined }, nowMs: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = nonNegative(headers.get(name));
    if (ms !== undefined) {
      return ms;
    }
  }
  const value = headers.get('retry-after');
  const seconds = nonNegative(value);
  if (seconds !== undefined) {
    return seconds * 1000;
  }
  // HTTP dates end so; `Date.parse` alone takes almost anything for a date.
  const date = value !== undefined && /GMT\s*$/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function nonNegative(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}
