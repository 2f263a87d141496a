import type * as vscode from 'vscode';

/** Wires the rooms together. Loads no SDK. */
export function activate(_context: vscode.ExtensionContext): void {}
