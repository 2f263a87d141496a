/** Commands of this room that are not entries of the action table, with what package.json says of them. */
export const flowCommands = {
  previewRequest: {
    command: 'azureBackup.previewRequest',
    title: 'Preview a Request...',
    summary: 'Chooses an action and its target, and shows the request that it would send. It is sent only if you say so then.',
  },
} as const;
