/**
 * Stands in for libraries that azext-utils imports and that its wizard, all that is used of it, never calls: telemetry
 * (this extension sends none; it would also not load in a bundle that keeps names), experiments, and HTML to text.
 * Together they are three quarters of what the first wizard would have to load.
 */

/** In place of @vscode/extension-telemetry. */
export class TelemetryReporter {
  constructor() {
    throw new Error('This extension sends no telemetry');
  }
}

/** In place of vscode-tas-client. */
export function getExperimentationServiceAsync(): never {
  throw new Error('This extension takes part in no experiment');
}
export const TargetPopulation = {} as const;

/** In place of html-to-text: used for error messages that are HTML, which are shown as they are. */
export function convert(text: string): string {
  return text;
}
