/** A span for a person, from milliseconds: `42 s`, `3 min 05 s`, `1 h 07 min`, `2 d 3 h`. Runs on both sides of a webview. */
export function elapsedText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) {
    return `${seconds} s`;
  }
  if (hours < 1) {
    return `${minutes} min ${two(seconds % 60)} s`;
  }
  return hours < 24 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** An ISO 8601 duration (`PT1H7M12.93S`) or `hh:mm:ss` in the same words; anything else as it is. */
export function durationText(value: string): string {
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(value);
  const clock = /^(?:(\d+)\.)?(\d+):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(value);
  const parts = iso ?? clock;
  if (!parts) {
    return value;
  }
  const [days, hours, minutes, seconds] = parts.slice(1, 5).map((part) => Number(part ?? 0));
  return elapsedText(((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
