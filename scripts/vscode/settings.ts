// Settings of a VS Code that we start: quiet, the same every time, and with nothing that reaches for the network.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Settings = Record<string, unknown>;

/** What every window of ours starts with. */
const quiet: Settings = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.hotExit': 'off',
  'git.autoRepositoryDetection': false,
  'git.enabled': false,
  'json.schemaDownload.enable': false,
  'npm.autoDetect': 'off',
  // It would forward the ports of everything that runs here, and tell that there are many.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  // Dialogs that Playwright can see; a native one would stop a desktop test for ever.
  'window.dialogStyle': 'custom',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

/**
 * Writes a VS Code's settings before it starts. Everything goes to User/settings.json, `machine` also to
 * Machine/settings.json: a served VS Code takes machine-scoped settings from there, a desktop from the user's.
 * @param userDataDir the folder that is given as --user-data-dir
 */
export function seedSettings(userDataDir: string, settings: { user?: Settings; machine?: Settings } = {}): void {
  const write = (place: 'User' | 'Machine', values: Settings) => {
    mkdirSync(join(userDataDir, place), { recursive: true });
    writeFileSync(join(userDataDir, place, 'settings.json'), `${JSON.stringify(values, undefined, 2)}\n`);
  };
  write('User', { ...quiet, ...settings.machine, ...settings.user });
  write('Machine', settings.machine ?? {});
}
