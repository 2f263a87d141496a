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

/** Resolves when host and window, which have just started, have become calm: five quick answers of the window in a row. */
async function calm(): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (let quick = 0; quick < 5 && Date.now() < deadline;) {
    await wait(20);
    const started = performance.now();
    await vscode.commands.getCommands(true);
    quick = performance.now() - started < 10 ? quick + 1 : 0;
  }
}

export async function run(): Promise<void> {
  const measured: Measured[] = [];
  for (const id of (process.env['ACTIVATE'] ?? '').split(',')) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension) throw new Error(`VS Code does not know ${id}.`);
    if (extension.isActive) throw new Error(`${id} is active before it was asked: there is nothing to measure.`);
    await calm();
    const started = performance.now();
    await extension.activate();
    measured.push({ id, ms: performance.now() - started });
  }
  writeFileSync(process.env['RESULT'] ?? '', JSON.stringify(measured));
}
