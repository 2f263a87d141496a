import { randomBytes } from 'node:crypto';

export interface PageParts {
  readonly title: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** URIs as the webview sees them. */
  readonly script: string;
  readonly styles: readonly string[];
  /** The icon font's own sheet: components link to it again inside their shadow trees. */
  readonly iconStyle: string;
}

/**
 * The page of a webview: nothing but links. No inline script or style, no eval, nothing from elsewhere;
 * whatever a resource is called reaches the page as a message and becomes text there.
 */
export function pageHtml(parts: PageParts, nonce: string = randomBytes(16).toString('base64')): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${parts.cspSource} 'nonce-${nonce}'`,
    `font-src ${parts.cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const styles = parts.styles.map((href) => `<link rel="stylesheet" nonce="${nonce}" href="${attribute(href)}">`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>${attribute(parts.title)}</title>
<link rel="stylesheet" nonce="${nonce}" id="vscode-codicon-stylesheet" href="${attribute(parts.iconStyle)}">
${styles.join('\n')}
</head>
<body>
<main id="app"></main>
<script type="module" nonce="${nonce}" src="${attribute(parts.script)}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
