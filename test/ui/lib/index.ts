// What UI tests import.
export { Dialogs } from './dialogs.ts';
export { Jobs } from './jobs.ts';
export { QuickInput } from './quickInput.ts';
export { type Row, Tree } from './tree.ts';
export { ownSandbox, startTestSandbox, type OwnSandbox, type TestSandbox } from './sandbox.ts';
export { openWindow, type VsCodeWindow, type WindowOptions } from './window.ts';
export { pictureOnFailure } from './failure.ts';
export { whereKept } from './kept.ts';
