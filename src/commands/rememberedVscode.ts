import type * as vscode from 'vscode';
import { Emitter } from '../core/events.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { Remembered } from '../core/remembered.ts';

const storageKey = 'remembered';
/** The oldest go first: clouds and services come and go, and each sandbox is a cloud of its own. */
const most = 200;

/** In VS Code's global state: not a setting, and never a secret. */
export function rememberedIn(memory: vscode.Memento): Remembered {
  const changes = new Emitter<string>();
  const all = (): JsonObject => {
    const kept: unknown = memory.get(storageKey);
    return isObject(kept) ? kept : {};
  };
  return {
    onDidChange: changes.event,
    get: (key) => {
      const value = all()[key];
      return isObject(value) ? value : undefined;
    },
    set: (key, value) => {
      const { [key]: before, ...others } = all();
      if (JSON.stringify(before) === JSON.stringify(value)) {
        return;
      }
      const entries = [...Object.entries(others), [key, value] as const].slice(-most);
      void memory.update(storageKey, Object.fromEntries(entries));
      changes.fire(key);
    },
  };
}
