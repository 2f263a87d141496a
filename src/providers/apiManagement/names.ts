/** Names of what backups are put into, and of backups. Azure Storage's naming rules (Microsoft's documentation). */
import { idUpTo } from '../../core/armId.ts';

/** What a person may type for an account: its name, or its resource id. A sentence where it is neither, else undefined. */
export function refuseAccount(text: string): string | undefined {
  const typed = text.trim();
  if (typed === '') {
    return 'Type the name of a storage account, or its resource ID.';
  }
  if (typed.startsWith('/')) {
    return accountIdIn(typed) === undefined
      ? 'That is not the ID of a storage account. Expected: /subscriptions/.../providers/Microsoft.Storage/storageAccounts/NAME'
      : undefined;
  }
  return /^[a-z0-9]{3,24}$/.test(typed) ? undefined : 'A storage account’s name has 3 to 24 characters: small letters (a to z) and digits.';
}

/** The ARM id in what was typed; undefined where it is a name. */
export function accountIdIn(text: string): string | undefined {
  const id = idUpTo(text.trim(), 'storageAccounts');
  return id !== undefined &&
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Storage\/storageAccounts\/[^/]+$/i.test(id)
    ? id
    : undefined;
}

export function refuseContainer(text: string): string | undefined {
  const typed = text.trim();
  if (typed === '') {
    return 'Type the name of a container.';
  }
  return /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(typed)
    ? undefined
    : 'A container’s name has 3 to 63 characters: small letters (a to z), digits and single hyphens, a letter or digit at both ends.';
}

const longestBlob = 1024;

export function refuseBackup(text: string): string | undefined {
  const typed = text.trim();
  if (typed === '') {
    return 'Type a name for the backup.';
  }
  if (typed.length > longestBlob) {
    return `That is ${typed.length} characters; Azure takes at most ${longestBlob}.`;
  }
  const odd = /[^\x20-\x7e]|[\\?#%*:|"<>]/u.exec(typed)?.[0];
  if (odd !== undefined) {
    return `Leave out ${JSON.stringify(odd)}: not every tool can name a blob with it.`;
  }
  return /[./]$|^\/|\/\//.test(typed) ? 'It must not begin with a slash, hold two of them, or end with a slash or a dot.' : undefined;
}

/** `contoso-2026-03-01-10-00.apimbackup`, UTC: they sort by time, and are called as Azure PowerShell calls them. */
export function proposeBackup(service: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 16).replace('T', '-').replace(':', '-');
  return `${service.replace(/[^A-Za-z0-9-]+/g, '-') || 'apim'}-${time}.apimbackup`;
}

/** A sentence, without the text in it, where it is no access key; else undefined. */
export function refuseKey(text: string): string | undefined {
  const typed = text.trim();
  if (typed === '') {
    return 'Type or paste the access key.';
  }
  if (/AccountKey=/i.test(typed)) {
    return 'That is a connection string: only what follows "AccountKey=" in it is the key.';
  }
  return /^[A-Za-z0-9+/]{86}==$/.test(typed) ? undefined : 'That is no access key: one is 88 characters of Base64 and ends with "==".';
}
