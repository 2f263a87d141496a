import { applianceStates, capabilities, kinds, whenClauseOf } from '../../providers/tokens.ts';

/** Commands of appliances that are no actions, with what package.json says of them. `on`: the rows they stand on. */
export const veeamCommands = {
  add: {
    command: 'azureBackup.addVeeamAppliance',
    title: 'Add Veeam Appliance...',
    summary: 'Adds a Veeam Backup for Microsoft Azure appliance: its address, its certificate to look at and trust, a user and a password.',
    icon: 'add',
    palette: true,
    on: 'view title, palette',
  },
  signIn: {
    command: 'azureBackup.signInVeeamAppliance',
    title: 'Sign In Again...',
    summary: 'Signs in to a Veeam appliance with a password, and a code where it asks for one, and finds out its version anew.',
    palette: false,
    on: 'Veeam appliance',
  },
  certificate: {
    command: 'azureBackup.lookAtVeeamCertificate',
    title: 'Look at Certificate...',
    summary: 'Shows the certificate that a Veeam appliance presents now beside the trusted one, and trusts it if you say so.',
    icon: 'shield',
    palette: false,
    on: 'Veeam appliance',
  },
  open: {
    command: 'azureBackup.openVeeamAppliance',
    title: 'Open in Browser',
    summary: 'Opens the web page of a Veeam appliance.',
    palette: false,
    on: 'Veeam appliance',
  },
  remove: {
    command: 'azureBackup.removeVeeamAppliance',
    title: 'Remove Veeam Appliance...',
    summary: 'Forgets a Veeam appliance with its password and its tokens. Nothing changes on the appliance.',
    palette: true,
    on: 'Veeam appliance, palette',
  },
  search: {
    command: 'azureBackup.searchVeeamVms',
    title: 'Search VMs...',
    summary: 'Has a Veeam appliance list only the VMs with a text in their names.',
    icon: 'search',
    palette: false,
    on: '“Virtual machines” of a Veeam appliance',
  },
  log: {
    command: 'azureBackup.showVeeamSessionLog',
    title: 'Show Session Log',
    summary: 'Opens the log of a session of a Veeam appliance as a document.',
    icon: 'output',
    palette: false,
    on: 'session of a Veeam appliance',
  },
} as const;

type VeeamCommand = (typeof veeamCommands)[keyof typeof veeamCommands] & { readonly icon?: string };

/** Their part of package.json. @param inView the clause of the tree's view */
export function veeamContributions(inView: string, category: string) {
  const onNode = (...all: string[]): string => `${inView} && ${whenClauseOf({ all })}`;
  const appliance = onNode(kinds.veeamAppliance);
  const { add, signIn, certificate, open, remove, search, log } = veeamCommands;
  return {
    commands: Object.values<VeeamCommand>(veeamCommands).map(({ command, title, icon }) => ({
      command,
      title,
      category,
      ...(icon === undefined ? {} : { icon: `$(${icon})` }),
    })),
    menus: {
      'view/title': [{ command: add.command, when: inView, group: '2_connection@8' }],
      'view/item/context': [
        { command: add.command, when: onNode(kinds.veeamAppliances), group: '1_veeam@1' },
        { command: add.command, when: onNode(kinds.veeamAppliances), group: 'inline@1' },
        { command: certificate.command, when: onNode(kinds.veeamAppliance, applianceStates.certificateChanged), group: 'inline@1' },
        { command: signIn.command, when: appliance, group: '1_veeam@1' },
        { command: certificate.command, when: appliance, group: '1_veeam@2' },
        { command: open.command, when: appliance, group: '7_look@1' },
        { command: remove.command, when: appliance, group: '8_remove@1' },
        { command: search.command, when: onNode(kinds.veeamMachines), group: 'inline@1' },
        { command: search.command, when: onNode(kinds.veeamMachines), group: '1_veeam@1' },
        { command: log.command, when: onNode(kinds.veeamSession), group: 'inline@2' },
        { command: log.command, when: onNode(kinds.veeamSession), group: '1_session@2' },
        // On a VM of Azure that an appliance knows, after what Azure itself can do with it.
        { command: 'azureBackup.takeVeeamSnapshot', when: onNode(capabilities.ofVeeam), group: '6_veeam@1' },
      ],
      commandPalette: Object.values<VeeamCommand>(veeamCommands)
        .filter(({ palette }) => !palette)
        .map(({ command }) => ({ command, when: 'false' })),
    },
  };
}
