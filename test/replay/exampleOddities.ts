/** Where published examples and our code are known to disagree, and why ours is right. */
import type { ExampleResult } from './examples.ts';

interface ExampleOddity {
  /** Of the example's name, whatever its version. */
  readonly file: RegExp;
  readonly difference: RegExp;
  readonly because: string;
}

const exampleOddities: readonly ExampleOddity[] = [
  {
    file: /\/ApiManagement(Backup|Restore)WithAccessKey\.json: /,
    difference: /^our action does not send it: A container’s name has 3 to 63 characters/,
    because: 'the example’s container is called backupContainer, and Azure Storage takes no capital letters in the names of containers',
  },
  {
    file: /\/RestorePoint_Copy_BetweenRegions\.json: 201$/,
    difference: /^the end: recorded succeeded, ours running$/,
    because: 'its answer says nothing of the disks, and a copy has come when its disks have (the documents: instanceView)',
  },
  {
    file: /\/AzureIaasVm\/ConfigureProtection\.json: 200$/,
    difference: /^what was read back is not what was asked: Asked for the policy DefaultPolicy; \S+ is protected by testPolicy1\.$/,
    because: 'the example asks for one policy and answers with another',
  },
  {
    file: /\/AzureIaasVm\/StopProtection\.json: 20[02]$/,
    difference: /^the body's properties\.policyId: recorded none, ours ""$/,
    because:
      'Azure’s guide for REST sends an empty policyId to stop protection, and so do its recorded tools (azure-cli-2025-10, test_backup_scenario)',
  },
  {
    file: /\/Common\/TriggerBackup_Post\.json: 202$/,
    difference: /^our action does not send it: The expiry cannot be taken: ""/,
    because: 'the example says nothing of an expiry, and our action always says how long a backup is kept',
  },
];

/** @returns the differences that no oddity explains, each with where it is, and the oddities that explain none */
export function unexplained(results: readonly ExampleResult[]): { differences: string[]; unused: string[] } {
  const used = new Set<ExampleOddity>();
  const differences = results.flatMap(({ where, differences: all }) =>
    all
      .filter((difference) => {
        const known = exampleOddities.find((oddity) => oddity.file.test(where) && oddity.difference.test(difference));
        if (known) {
          used.add(known);
        }
        return !known;
      })
      .map((difference) => `${where}: ${difference}`),
  );
  return { differences, unused: exampleOddities.filter((oddity) => !used.has(oddity)).map(({ file }) => String(file)) };
}
