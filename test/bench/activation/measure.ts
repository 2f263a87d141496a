// Runs in an extension host: activates extensions one after the other and says how long each took.
// ACTIVATE names them (commas between), RESULT is the file that the JSON goes to.
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';

export interface Measured {
  id: string;
  /** From asking for the activation to its end, in ms. */
  ms: number;
}

/** Resolves when a host that has just started has become calm: ten timers in a row that were not late. */
async function calm(): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let punctual = 0; punctual < 10 && Date.now() < deadline;) {
    const started = performance.now();
    await wait(20);
    punctual = performance.now() - started < 25 ? punctual + 1 : 0;
  }
}

export async function run(): Promise<void> {
  await calm();
  const measured: Measured[] = [];
  for (const id of (process.env['ACTIVATE'] ?? '').split(',')) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension) throw new Error(`VS Code does not know ${id}.`);
    if (extension.isActive) throw new Error(`${id} is active before it was asked: there is nothing to measure.`);
    const started = performance.now();
    await extension.activate();
    measured.push({ id, ms: performance.now() - started });
    await wait(50);
  }
  writeFileSync(process.env['RESULT'] ?? '', JSON.stringify(measured));
}
