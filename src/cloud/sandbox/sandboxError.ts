import { BackupError } from '../../core/errors.ts';

/** @param said what it wrote to stderr last */
export function sandboxError(code: 'SandboxFailed' | 'SandboxEnded', what: string, said: readonly string[], cause?: unknown): BackupError {
  const words = said.length > 0 ? ` It said: ${said.join('\n')}` : '';
  return new BackupError(
    `The sandbox ${code === 'SandboxFailed' ? 'did not start' : 'ended'}: ${what}.${words}`,
    {
      code,
      attempted: 'use the sandbox',
      remedies: ['Use the sandbox again from the view.', 'If it stays, see the log of the extension (Show Log) and report it.'],
    },
    { cause },
  );
}
