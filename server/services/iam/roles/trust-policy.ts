import { compilePolicy } from '../../../identity/policies/compile.ts';
import { limitExceeded } from '../errors.ts';

const MOST_CHARACTERS = 2048;

/** A trust policy that can be kept. Throws `MalformedPolicyDocument` and `LimitExceeded`. */
export function checkedTrustPolicy(document: string): string {
  compilePolicy(document, 'trust');
  if (document.replace(/\s/g, '').length > MOST_CHARACTERS) throw limitExceeded('ACLSizePerRole', MOST_CHARACTERS);
  return document;
}
