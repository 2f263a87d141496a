import { randomUUID } from 'node:crypto';

/** A refusal of the token endpoint, in the form of Microsoft's: OAuth's `error` and an AADSTS number. */
export class SignInRefusal extends Error {
  readonly status: number;
  readonly error: string;
  /** The number behind `AADSTS`. */
  readonly number: number;

  constructor(status: number, error: string, number: number, message: string) {
    super(message);
    this.name = 'SignInRefusal';
    this.status = status;
    this.error = error;
    this.number = number;
  }

  /** The answer's body. @param correlationId the caller's `client-request-id`, where it sent one. */
  toBody(nowMs: number, correlationId: string | undefined): Record<string, unknown> {
    const timestamp = new Date(nowMs).toISOString().replace('T', ' ').replace(/\.\d+/, '');
    const traceId = randomUUID();
    const correlation = correlationId ?? randomUUID();
    return {
      error: this.error,
      error_description: `AADSTS${this.number}: ${this.message} Trace ID: ${traceId} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [this.number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlation,
    };
  }
}
