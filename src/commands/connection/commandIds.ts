/** Commands of the connection to a cloud, with what package.json says of them. */
export const connectionCommands = {
  signIn: {
    command: 'azureBackup.signIn',
    title: 'Sign In',
    summary: 'Signs in to the chosen cloud in the chosen way (azureBackup.credential).',
  },
  signOut: {
    command: 'azureBackup.signOut',
    title: 'Sign Out',
    summary: 'Stops using the sign-in; stops the sandbox where that is the cloud.',
  },
  chooseCloud: {
    command: 'azureBackup.chooseCloud',
    title: 'Choose Cloud...',
    summary: 'Azure, Azure US Government, Azure China, a custom cloud, or the sandbox.',
  },
  useSandbox: {
    command: 'azureBackup.useSandbox',
    title: 'Use the Sandbox',
    summary: 'Starts a small Azure of its own on this machine and connects to it.',
  },
  selectTenants: {
    command: 'azureBackup.selectTenants',
    title: 'Select Tenants...',
    summary: 'Chooses whose subscriptions are listed.',
  },
  selectSubscriptions: {
    command: 'azureBackup.selectSubscriptions',
    title: 'Select Subscriptions...',
    summary: 'Chooses the subscriptions to work with; no other one is asked for anything.',
  },
  showLog: {
    command: 'azureBackup.showLog',
    title: 'Show Log',
    summary: 'Shows the log with every request: method, path, status, milliseconds, request id.',
  },
} as const;
