/**
 * A window in a process of its own, for tests that let it die: uses the sandbox that its one argument asks for (JSON of
 * what `startSandboxProcess` takes), prints one line of JSON about it, and stays.
 */
import { startSandboxProcess, type SandboxStart } from '../../../../src/cloud/sandboxProcess.ts';

const sandbox = await startSandboxProcess(JSON.parse(process.argv[2] ?? '') as SandboxStart);
console.log(JSON.stringify(sandbox.details));
setInterval(() => undefined, 60_000);
