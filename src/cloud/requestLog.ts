/** What is kept of a request: enough to find it in Azure's own logs, nothing that opens a door. */
export interface RequestLogEntry {
  readonly method: string;
  /** Host as asked. */
  readonly host: string;
  /** Path without query: queries of operation URLs are signatures. */
  readonly path: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly ms: number;
  /** Absent where no answer came. */
  readonly status?: number;
  /** Code of the failure where no answer came: `ECONNRESET`. */
  readonly failure?: string;
  /** `x-ms-request-id` of the answer. */
  readonly requestId?: string;
  /** `x-ms-client-request-id` of the request. */
  readonly clientRequestId?: string;
}

/** Takes entries; must not throw. */
export interface RequestLog {
  request(entry: RequestLogEntry): void;
  /** A line beside the requests: why some of them are not sent yet. */
  note?(line: string): void;
}

/** One line: `GET management.azure.com /subscriptions 200 123 ms request-id=… client-request-id=… attempt=2`. */
export function requestLogLine(entry: RequestLogEntry): string {
  return [
    entry.method,
    entry.host,
    entry.path,
    entry.status ?? entry.failure ?? 'no answer',
    `${Math.round(entry.ms)} ms`,
    entry.requestId === undefined ? '' : `request-id=${entry.requestId}`,
    entry.clientRequestId === undefined ? '' : `client-request-id=${entry.clientRequestId}`,
    entry.attempt > 1 ? `attempt=${entry.attempt}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}
