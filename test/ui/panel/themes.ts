/**
 * The colours that VS Code 1.139 hands to a webview in themes that it comes with, as read in one; only those that the panel
 * and the elements in it use.
 */
import themes from './themes.json' with { type: 'json' };

export type ThemeName = keyof typeof themes;

export const themeNames = Object.keys(themes) as ThemeName[];

const fonts = {
  'font-family': '"Noto Sans", "DejaVu Sans", sans-serif',
  'font-size': '13px',
  'font-weight': 'normal',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
};

export function themeCss(name: ThemeName): { readonly css: string; readonly bodyClass: string } {
  const { bodyClass, colours } = themes[name];
  const lines = Object.entries({ ...fonts, ...colours }).map(([key, value]) => `--vscode-${key}: ${value};`);
  return { css: `:root { ${lines.join(' ')} }`, bodyClass };
}
