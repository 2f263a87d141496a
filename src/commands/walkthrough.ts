/** "Get started": shown by VS Code's welcome page, and by its command "Open Walkthrough". */
export const walkthroughs = [
  {
    id: 'getStarted',
    title: 'Get started with the sandbox',
    description: 'Protect and back up a VM in a small cloud on this machine. No subscription is needed.',
    icon: 'media/icon.png',
    steps: [
      {
        id: 'useSandbox',
        title: 'Start the sandbox',
        description:
          'It behaves as Azure does: three subscriptions, vaults, some fifty VMs, jobs that take their time.\n[Use the Sandbox](command:azureBackup.useSandbox)',
        media: { markdown: 'media/walkthrough/sandbox.md' },
        completionEvents: ['onContext:azureBackup.connection == connected'],
      },
      {
        id: 'protect',
        title: 'Protect a VM',
        description:
          'In the tree, open a vault and its "Protectable items", right-click a VM and choose Protect... and a policy. From here it works too.\n[Protect a VM](command:azureBackup.protectVm)',
        media: { markdown: 'media/walkthrough/protect.md' },
        completionEvents: ['onCommand:azureBackup.protectVm', 'onCommand:azureBackup.palette.protectVm'],
      },
      {
        id: 'backUp',
        title: 'Back it up now',
        description:
          'Right-click the VM under "Protected items" and choose Back Up Now... The Jobs panel follows it, also after a reload of the window.\n[Back Up Now](command:azureBackup.backUpNow)',
        media: { markdown: 'media/walkthrough/backup.md' },
        completionEvents: ['onCommand:azureBackup.backUpNow', 'onCommand:azureBackup.palette.backUpNow'],
      },
      {
        id: 'sql',
        title: 'Protect SQL Server databases',
        description:
          'In the vault rsv-sql-weu, open "Protectable containers", right-click sql-multi-01 and choose Register. Its databases then stand under "Protectable items".\n[Register](command:azureBackup.registerContainer)\n[Protect SQL Databases](command:azureBackup.palette.protectDatabase)',
        media: { markdown: 'media/walkthrough/sql.md' },
        completionEvents: [
          'onCommand:azureBackup.protectDatabase',
          'onCommand:azureBackup.palette.protectDatabase',
          'onCommand:azureBackup.autoProtect',
        ],
      },
      {
        id: 'restorePoints',
        title: 'Make a restore point of a VM',
        description:
          'Under "Virtual machines", right-click vm-web-01 and choose Create Restore Point... Then copy it to another region and watch its disks arrive.\n[Create a Restore Point](command:azureBackup.createRestorePoint)',
        media: { markdown: 'media/walkthrough/restore-points.md' },
        completionEvents: ['onCommand:azureBackup.createRestorePoint', 'onCommand:azureBackup.addRestorePoint'],
      },
      {
        id: 'apiManagement',
        title: 'Back up an API Management service',
        description:
          'Under "API Management services", right-click apim-northwind-weu and choose Back Up... What could keep it from working is looked at first.\n[Back Up an API Management Service](command:azureBackup.palette.backUpService)',
        media: { markdown: 'media/walkthrough/api-management.md' },
        completionEvents: ['onCommand:azureBackup.backUpService', 'onCommand:azureBackup.palette.backUpService'],
      },
      {
        id: 'veeam',
        title: 'Take snapshots with Veeam',
        description:
          'Add the appliance that the sandbox brings, select some of its VMs and choose Take Veeam Snapshot...\n[Add a Veeam Appliance](command:azureBackup.addVeeamAppliance)',
        media: { markdown: 'media/walkthrough/veeam.md' },
        completionEvents: ['onCommand:azureBackup.takeVeeamSnapshot'],
      },
      {
        id: 'azure',
        title: 'Go on with Azure',
        description: 'The same tree and the same clicks, on your own subscriptions.\n[Sign In to Azure](command:azureBackup.signIn)',
        media: { markdown: 'media/walkthrough/azure.md' },
        completionEvents: ['onCommand:azureBackup.signIn'],
      },
    ],
  },
] as const;
