// What the served workbench is told in its address.

/** Extras of an address, as the workbench's `payload` parameter takes them. */
export type Payload = [name: string, value: string][];

/** No welcome page, no release notes. */
const quiet: Payload = [
  ['skipWelcome', 'true'],
  ['skipReleaseNotes', 'true'],
];

/** The address of a window on `folder` (absolute path), or on no folder. */
export function workbenchUrl(serverUrl: string, folder: string | undefined, extras: Payload = []): string {
  const url = new URL(serverUrl);
  if (folder) url.searchParams.set('folder', folder);
  else url.searchParams.set('ew', 'true');
  url.searchParams.set('payload', JSON.stringify([...quiet, ...extras]));
  return url.href;
}

/** A path of this machine, as the workbench names files of its server. */
export function remoteUri(serverUrl: string, path: string): string {
  return `vscode-remote://${new URL(serverUrl).host}${path}`;
}
