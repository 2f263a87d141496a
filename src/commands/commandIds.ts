/** Commands of this room that are not entries of the action table, with what package.json says of them. */
export const flowCommands = {
  previewRequest: {
    command: 'azureBackup.previewRequest',
    title: 'Preview a Request...',
    summary: 'Chooses an action and its target, and shows the request that it would send. It is sent only if you say so then.',
  },
  showDiskLinks: {
    command: 'azureBackup.showDiskLinks',
    title: 'Show Download Links in Force...',
    summary: 'Lists the links to disks that this window handed out and that still work: copies, extends or revokes one.',
  },
  fetchAzurite: {
    command: 'azureBackup.fetchAzurite',
    title: 'Fetch Azurite for the Sandbox...',
    summary: 'Has npx fetch Azurite, in which the sandbox keeps the backups of API Management, where it is not installed.',
  },
} as const;
