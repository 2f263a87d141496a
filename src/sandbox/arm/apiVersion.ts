import { queryValue } from './path.ts';
import { ArmFailure } from './types.ts';

const form = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(-(preview|privatepreview|alpha|beta|rc))?$/i;

/** @throws ArmFailure 400 where the caller's api-version is missing or is no date, as ARM checks it before anything else. */
export function requireApiVersion(query: URLSearchParams): string {
  const value = queryValue(query, 'api-version');
  if (value === undefined || value === '') {
    throw new ArmFailure(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
      { failureCause: 'gateway' },
    );
  }
  if (!form.test(value)) {
    throw new ArmFailure(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${value}' is invalid. It has the form 'yyyy-MM-dd' or 'yyyy-MM-dd-preview'.`,
      {
        failureCause: 'gateway',
      },
    );
  }
  return value;
}
