/** The extension's side, as the page sees it: what is said and asked, and what is kept through a reload of the window. */
import { Asker, AskRefused } from '../../../src/views/asking.ts';
import type { Ask, FailureView, PanelState, ToBrowser, ToHost } from '../../../src/views/protocol.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: ToHost): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
};

/** An ask may wait for a person's confirmation. */
const askTimeoutMs = 10 * 60_000;
/** Arrow keys pass over rows; only where they rest is more asked for. */
const restMs = 250;
/** Only where scrolling rests is it kept. */
const keepMs = 200;

export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #asker = new Asker((message) => this.#api.postMessage(message), askTimeoutMs);
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;

  /** What was kept last, before a reload too. */
  get kept(): PanelState {
    return this.#api.getState() ?? {};
  }

  ready(): void {
    this.#api.postMessage({ type: 'ready' });
  }

  /** @returns why it was not done; undefined where it was. Never rejects. */
  async ask(request: Ask): Promise<FailureView | undefined> {
    try {
      await this.#asker.ask(request);
      return undefined;
    } catch (error) {
      return error instanceof AskRefused ? error.failure : { message: String(error), code: 'Unexpected', remedies: [] };
    }
  }

  /** The answer to an ask. */
  take(answer: Extract<ToBrowser, { type: 'done' | 'refused' }>): void {
    this.#asker.take(answer);
  }

  /** A row's details come at once. @param onRest called once somebody rests there: what is read for it alone is to be asked for */
  look(id: string, onRest: () => void): void {
    this.#api.postMessage({ type: 'show', id });
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(onRest, restMs);
  }

  keep(state: PanelState): void {
    clearTimeout(this.#keepTimer);
    this.#api.setState(state);
  }

  keepSoon(state: () => PanelState): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => this.keep(state()), keepMs);
  }
}
