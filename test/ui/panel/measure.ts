/** Measures the panel's page for `npm run bench -- panel`: sends it messages as the extension's side does, and takes the times. */
import type { RowView } from '../../../src/views/protocol.ts';
import type { MeasurePanel, PanelSample } from '../../bench/panel/sample.ts';
import { manyRows } from './manyRows.ts';
import { PanelHouse, rowOf, type Panel } from './page.ts';

/** The extension's side puts what changes within a tenth of a second into one message. */
const messagesASecond = 10;
const keyEveryMs = 60;

/** In turn, a part of the time each: what else the machine does then meets both. */
const rounds = 3;

export const measurePanel: MeasurePanel = async ({ rows, updates, seconds }) => {
  const house = new PanelHouse();
  await house.start();
  try {
    const pages = { floor: await openMeasured(house, { rows: 0, updates }), panel: await openMeasured(house, { rows, updates }) };
    // The first seconds of a page are its compiler's.
    await pages.floor.warmUp(2);
    await pages.panel.warmUp(2);
    const samples = { floor: [] as PanelSample[], panel: [] as PanelSample[] };
    for (let at = 0; at < rounds; at++) {
      samples.floor.push(await pages.floor.measure(seconds / rounds));
      samples.panel.push(await pages.panel.measure(seconds / rounds));
    }
    return { floor: joined(samples.floor), panel: joined(samples.panel) };
  } finally {
    await house.stop();
  }
};

function joined(samples: readonly PanelSample[]): PanelSample {
  return {
    paints: samples.flatMap(({ paints }) => paints),
    inputs: samples.flatMap(({ inputs }) => inputs),
    droppedFrames: samples.reduce((sum, { droppedFrames }) => sum + droppedFrames, 0),
    frames: samples.reduce((sum, { frames }) => sum + frames, 0),
    rowsInDocument: Math.max(...samples.map(({ rowsInDocument }) => rowsInDocument)),
  };
}

export interface MeasuredPage {
  /** As `measure`, without keys and for nothing. */
  warmUp(seconds: number): Promise<void>;
  /** Presses keys meanwhile. */
  measure(seconds: number): Promise<PanelSample>;
}

/** @param rows 0 for the floor; @param updates rows that change a second */
export async function openMeasured(
  house: PanelHouse,
  { rows: count, updates }: { readonly rows: number; readonly updates: number },
): Promise<MeasuredPage> {
  const panel = await house.open({ moves: true });
  const rows = manyRows(count);
  await panel.all(rows);
  await panel.page.locator(count === 0 ? '.details' : '.list').focus();
  const task = { rows: rows.map(rowOf), messagesASecond, rowsAMessage: Math.round(updates / messagesASecond) };
  return {
    warmUp: async (seconds) => void (await panel.page.evaluate(measureInPage, { ...task, seconds })),
    measure: async (seconds) => {
      const measured = panel.page.evaluate(measureInPage, { ...task, seconds });
      await pressKeys(panel, seconds * 1000 - Math.min(500, seconds * 200));
      return await measured;
    },
  };
}

/** Up and down, so that there is always a row to go to. */
async function pressKeys({ page }: Panel, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  for (let at = 0; Date.now() < end; at++) {
    await page.keyboard.press(at % 40 < 20 ? 'ArrowDown' : 'ArrowUp');
    await page.waitForTimeout(keyEveryMs);
  }
}

interface PageTask {
  /** Those to change; none for the floor. */
  readonly rows: readonly RowView[];
  readonly seconds: number;
  readonly messagesASecond: number;
  readonly rowsAMessage: number;
}

/** Runs in the page, and so holds all that it needs. Resolves once the time is over. */
function measureInPage({ rows, seconds, messagesASecond, rowsAMessage }: PageTask): Promise<PanelSample> {
  const frameMs = 1000 / 60;
  const paints: number[] = [];
  const inputs: number[] = [];
  let [frames, droppedFrames, sent, isOver] = [0, 0, 0, false];

  /** The frame that is due has been painted: a task that was queued in it runs after it. */
  const painted = (done: (at: number) => void): void => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now());
      channel.port2.postMessage(undefined);
    });
  };
  const onMessage = (event: MessageEvent<{ sentAt?: number }>): void => {
    const { sentAt } = event.data;
    if (sentAt !== undefined) {
      painted((at) => paints.push(at - sentAt));
    }
  };
  const onKey = (event: KeyboardEvent): void => painted((at) => inputs.push(at - event.timeStamp));
  const send = (): void => {
    // Some of those that are seen, and most of those that are not.
    const upserts = Array.from({ length: rows.length === 0 ? 0 : rowsAMessage }, (_, at) => {
      sent += 1;
      const row = rows[at < 3 ? (sent + at) % 12 : (sent * 37) % rows.length] as RowView;
      return { ...row, percent: sent % 100 };
    });
    window.postMessage({ type: 'rows', upserts, removes: [], sentAt: performance.now() }, '*');
  };
  let last = performance.now();
  const countFrame = (): void => {
    const now = performance.now();
    frames += 1;
    droppedFrames += Math.max(0, Math.round((now - last) / frameMs) - 1);
    last = now;
    if (!isOver) {
      requestAnimationFrame(countFrame);
    }
  };
  // After the panel's own listeners: what these do is part of what is measured.
  window.addEventListener('message', onMessage);
  window.addEventListener('keydown', onKey);
  // Ten a second are a whole number of frames apart: all would wait equally long for theirs, and how long would be chance.
  const begun = performance.now();
  let timer = 0;
  const sendSoon = (count: number): void => {
    const at = begun + (count * 1000) / messagesASecond + (((count * 3) % 8) / 8) * frameMs;
    timer = window.setTimeout(() => {
      send();
      sendSoon(count + 1);
    }, at - performance.now());
  };
  sendSoon(1);
  requestAnimationFrame(countFrame);
  return new Promise((resolve) => {
    setTimeout(() => {
      isOver = true;
      clearTimeout(timer);
      window.removeEventListener('message', onMessage);
      window.removeEventListener('keydown', onKey);
      resolve({ paints, inputs, droppedFrames, frames, rowsInDocument: document.querySelectorAll('.row').length });
    }, seconds * 1000);
  });
}
