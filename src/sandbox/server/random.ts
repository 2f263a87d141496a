import type { Random } from '../arm/types.ts';

/** sfc32: small, fast, and good enough for believable names and sizes. Never used for secrets. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed >>> 0;
  let counter = 1;
  const next32 = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // The first numbers of neighbouring seeds are alike; twelve rounds part them.
  for (let round = 0; round < 12; round++) {
    next32();
  }
  return {
    next: () => next32() / 2 ** 32,
    guid: () => {
      const hex = Array.from({ length: 4 }, () => next32().toString(16).padStart(8, '0')).join('');
      const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
    },
  };
}
