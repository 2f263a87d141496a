// Questions about a bundle, answered from esbuild's metafile.
import { type Metafile } from 'esbuild';

export interface Closure {
  /** Output files that loading `entry` loads, itself included. */
  files: string[];
  /** Their size together. */
  bytes: number;
  /** Source files whose code is in them. */
  inputs: string[];
}

/** What loading one output file loads by static imports: import() is not followed. */
export function staticClosure(metafile: Metafile, entry: string): Closure {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    const output = metafile.outputs[file];
    if (!output || seen.has(file)) return;
    seen.add(file);
    for (const imported of output.imports) if (imported.kind === 'import-statement') visit(imported.path);
  };
  visit(entry);
  if (!seen.has(entry)) throw new Error(`The bundle has no file ${entry}: it has ${Object.keys(metafile.outputs).join(', ')}`);
  const files = [...seen];
  const outputs = files.map((file) => metafile.outputs[file]).filter((output) => output !== undefined);
  return {
    files,
    bytes: outputs.reduce((sum, output) => sum + output.bytes, 0),
    inputs: [...new Set(outputs.flatMap((output) => Object.keys(output.inputs)))],
  };
}

/** The npm packages among source files, by name. */
export function packagesOf(inputs: string[]): string[] {
  const names = inputs.map((file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
