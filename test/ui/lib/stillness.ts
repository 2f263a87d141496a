import { type BrowserContext } from 'playwright-core';

/**
 * Nothing spins, slides or blinks by itself. Without a graphics card every frame of a spinner is drawn by the processor,
 * and windows that wait for a job would take a third of their time for that.
 */
export async function keepStill(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const still = (): void => {
      // Made by script: the content security policy of a webview lets no other style in.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('*, *::before, *::after { animation: none !important; transition: none !important; }');
      document.adoptedStyleSheets.push(sheet);
    };
    document.addEventListener('DOMContentLoaded', still, { once: true });
  });
}
