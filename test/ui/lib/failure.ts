import { type VsCodeWindow } from './window.ts';

/**
 * For `afterEach(pictureOnFailure(() => window))`: when a test has failed, saves a picture of the window and says
 * where, with the end of the extension host's log.
 */
export function pictureOnFailure(window: () => VsCodeWindow | undefined): (this: Mocha.Context) => Promise<void> {
  return async function (this: Mocha.Context) {
    const open = window();
    if (this.currentTest?.state !== 'failed' || !open) return;
    const path = await open.picture(`failed ${this.currentTest.fullTitle()}`.slice(0, 120));
    const log = open
      .log(/remoteexthost\.log$/)
      .split('\n')
      .slice(-15)
      .join('\n');
    console.log(`      the window as it then was: ${path}\n      the extension host's log:\n${log.replaceAll(/^/gm, '        ')}`);
  };
}
