/** The asking side of the panel's protocol. Free of DOM and of vscode, so that it can be tested anywhere. */
import type { Ask, FailureView, ToBrowser, ToHost } from './protocol.ts';

/** What a refused or unanswered ask rejects with. */
export class AskRefused extends Error {
  readonly failure: FailureView;

  constructor(failure: FailureView) {
    super(failure.message);
    this.name = 'AskRefused';
    this.failure = failure;
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: AskRefused) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Asker {
  readonly #post: (message: ToHost) => void;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param timeoutMs how long an answer may take; long, because a person may be asked to confirm. */
  constructor(post: (message: ToHost) => void, timeoutMs: number) {
    this.#post = post;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves when the host has done it. @throws AskRefused with why not, also where no answer came in time. */
  ask(ask: Ask): Promise<void> {
    const number = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(number);
        reject(
          new AskRefused({
            code: 'NoReply',
            message: `The extension did not answer within ${Math.round(this.#timeoutMs / 1000)} seconds.`,
            remedies: ['Try again. If it stays, run "Developer: Reload Window": what runs is followed again afterwards.'],
          }),
        );
      }, this.#timeoutMs);
      this.#waiting.set(number, { resolve, reject, timer });
      this.#post({ type: 'ask', number, ask });
    });
  }

  /** Takes `done` and `refused`; false for every other message, and for answers that nobody waits for. */
  take(message: ToBrowser): boolean {
    if (message.type !== 'done' && message.type !== 'refused') {
      return false;
    }
    const waiting = this.#waiting.get(message.number);
    if (!waiting) {
      return false;
    }
    this.#waiting.delete(message.number);
    clearTimeout(waiting.timer);
    if (message.type === 'done') {
      waiting.resolve();
    } else {
      waiting.reject(new AskRefused(message.error));
    }
    return true;
  }
}
