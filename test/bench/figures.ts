/** What the benchmarks read from their command line, and how they print what they measured. */

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

/** @throws TypeError naming the flag, what it is and what was expected */
export function wholeNumber(flag: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new TypeError(`${flag} is ${JSON.stringify(text)}: expected a whole number from ${least} on.`);
  }
  return value;
}
