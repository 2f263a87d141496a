/**
 * Blobs that are older than they are. Azure tells a blob's age by when it was last modified; Azurite sets that itself, so
 * what the sandbox backdates is remembered here and put into answers. A blob that is written again is as new as it is.
 */
export class Ages {
  readonly #known = new Map<string, { readonly etag: string; readonly modifiedAt: number }>();

  set(account: string, container: string, blob: string, etag: string, modifiedAt: number): void {
    this.#known.set(keyOf(account, container, blob), { etag: bare(etag), modifiedAt });
  }

  clear(): void {
    this.#known.clear();
  }

  /** Milliseconds; undefined where the blob is as old as Azurite says. */
  of(account: string, container: string, blob: string, etag: string | undefined): number | undefined {
    const known = this.#known.get(keyOf(account, container, blob));
    return known !== undefined && known.etag === bare(etag ?? '') ? known.modifiedAt : undefined;
  }

  /** A list of blobs, with the moments of those that are backdated. */
  inList(account: string, container: string, text: string): string {
    return text.replace(/<Blob>.*?<\/Blob>/gs, (entry) => {
      const [name, etag] = ['Name', 'Etag'].map((tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(entry)?.[1]);
      const modifiedAt = this.of(account, container, plain(name ?? ''), plain(etag ?? ''));
      if (modifiedAt === undefined) {
        return entry;
      }
      return entry.replace(/<(Last-Modified|Creation-Time)>[^<]*</g, (_, tag: string) => `<${tag}>${new Date(modifiedAt).toUTCString()}<`);
    });
  }
}

function keyOf(account: string, container: string, blob: string): string {
  return JSON.stringify([account, container, blob]);
}

function bare(etag: string): string {
  return etag.replaceAll('"', '');
}

function plain(xml: string): string {
  return xml.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
