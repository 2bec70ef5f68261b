import { createHmac, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Authenticated } from './identity.ts';
import type { KeyHolder, KeyRing } from './sigv4/authenticate.ts';
import { ALGORITHM, parsePresigned } from './sigv4/authorization.ts';
import { expiredToken, signatureDoesNotMatch, unknownKey } from './sigv4/errors.ts';
import { hmac, hmacKey } from './sigv4/hmac.ts';
import { deriveSigningKey } from './sigv4/signing-key.ts';

/** The fields of an HTML form that uploads to S3, by their lower-case names. */
export type FormFields = ReadonlyMap<string, string>;

/** `value` is what the field has, if it has anything. */
export const missingField = (name: string, value?: string) =>
  new ServiceError(
    'InvalidArgument',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { members: { ArgumentName: name, ArgumentValue: value } },
  );

const needed = (fields: FormFields, name: string): string => {
  const value = fields.get(name.toLowerCase());
  if (!value) throw missingField(name);
  return value;
};

const isSame = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);

/**
 * Who signed a form's policy, in Signature Version 4 or, as boto3 does where nobody has told it otherwise, in version 2.
 * Undefined for a form that is not signed. What the policy says is for the gateway to hold the form against.
 */
export function authenticateForm(ring: KeyRing, fields: FormFields, now: number): Authenticated | undefined {
  const isSigned = ['policy', 'signature', 'x-amz-signature'].some((name) => fields.has(name));
  if (!isSigned) return undefined;
  const policy = needed(fields, 'policy');
  const { caller, region } = fields.has('awsaccesskeyid')
    ? checkOld(ring, fields, policy, now)
    : check(ring, fields, policy, now);
  return { caller, region, signingName: 's3', payload: { kind: 'unsigned' } };
}

function holderOf(ring: KeyRing, fields: FormFields, accessKeyId: string, now: number): KeyHolder {
  const holder = ring.holderOf(accessKeyId, fields.get('x-amz-security-token'), now);
  if (holder === 'unknown') throw unknownKey('s3');
  if (holder === 'expired') throw expiredToken('s3');
  return holder;
}

function check(ring: KeyRing, fields: FormFields, policy: string, now: number) {
  const algorithm = needed(fields, 'X-Amz-Algorithm');
  if (algorithm !== ALGORITHM)
    throw new ServiceError('InvalidArgument', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const credential = needed(fields, 'X-Amz-Credential');
  const { scope, signature } = parsePresigned(credential, 'host', needed(fields, 'X-Amz-Signature'));
  if (scope.service !== 's3' || !needed(fields, 'X-Amz-Date').startsWith(scope.date)) throw signatureDoesNotMatch();
  const { caller, secretAccessKey } = holderOf(ring, fields, scope.accessKeyId, now);
  const expected = hmac(hmacKey(deriveSigningKey(secretAccessKey, scope)), policy);
  if (!isSame(expected, Buffer.from(signature, 'hex'))) throw signatureDoesNotMatch();
  return { caller, region: scope.region };
}

function checkOld(ring: KeyRing, fields: FormFields, policy: string, now: number) {
  const signature = Buffer.from(needed(fields, 'signature'), 'base64');
  const { caller, secretAccessKey } = holderOf(ring, fields, needed(fields, 'AWSAccessKeyId'), now);
  if (!isSame(createHmac('sha1', secretAccessKey).update(policy).digest(), signature)) throw signatureDoesNotMatch();
  return { caller, region: '' };
}
