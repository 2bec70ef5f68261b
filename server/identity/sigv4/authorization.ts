import { BoundedCache } from '../../bounded-cache.ts';
import type { ServiceError } from '../../errors.ts';
import { incompleteSignature, signatureDoesNotMatch, unsupportedAuthorization } from './errors.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** `keyid/date/region/service/aws4_request` */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** All but the key id, as it stands in the string to sign. */
  readonly text: string;
}

/** What a request says of its own signature, in the header or in the query. */
export interface Authorization {
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  /** The same, joined by `;`. */
  readonly signedHeadersText: string;
  /** As sent; not yet known to be hex. */
  readonly signature: string;
}

type Unsigned = Omit<Authorization, 'signature'>;

const LONGEST_HEADER = 8192;
const SIGNATURE = 'Signature=';

// A client's header changes in its signature alone for a whole day, so everything before that is parsed once.
const parsedPrefixes = new BoundedCache<string, Unsigned>(4096);

/** Parses an Authorization header. Throws what AWS answers when it is not a complete SigV4 one. */
export function parseAuthorizationHeader(header: string): Authorization {
  const at = header.lastIndexOf(SIGNATURE);
  const prefix = at > 0 ? header.slice(0, at) : '';
  const known = at > 0 ? parsedPrefixes.get(prefix) : undefined;
  if (known) return { ...known, signature: header.slice(at + SIGNATURE.length) };

  const parameters = parametersOf(header);
  const parsed = authorizationOf(parameters.get('Credential'), parameters.get('SignedHeaders'));
  const signature = parameters.get('Signature');
  if (!signature) throw missingParameters(parameters);
  if (header.endsWith(SIGNATURE + signature)) parsedPrefixes.set(prefix, parsed);
  return { ...parsed, signature };
}

/** The same from what a presigned URL carries in its query. */
export const parsePresigned = (credential: string, signedHeaders: string, signature: string): Authorization => ({
  ...authorizationOf(credential, signedHeaders),
  signature,
});

function parametersOf(header: string): Map<string, string> {
  if (!header.startsWith(`${ALGORITHM} `) || header.length > LONGEST_HEADER) throw unsupportedAuthorization();
  const parameters = new Map<string, string>();
  for (const part of header.slice(ALGORITHM.length + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  for (const name of ['Credential', 'SignedHeaders', 'Signature']) {
    if (!parameters.get(name)) throw missingParameters(parameters);
  }
  return parameters;
}

function missingParameters(found: ReadonlyMap<string, string>): ServiceError {
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !found.get(name));
  return incompleteSignature(missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '));
}

function authorizationOf(credential = '', signedHeadersText = ''): Unsigned {
  const scope = parseCredential(credential);
  const signedHeaders = signedHeadersText.split(';');
  if (!signedHeaders.includes('host')) {
    throw signatureDoesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return { scope, signedHeaders, signedHeadersText };
}

function parseCredential(credential: string): CredentialScope {
  const parts = credential.split('/');
  if (parts.length !== 5) {
    throw incompleteSignature(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const [accessKeyId, date, region, service, terminator] = parts as [string, string, string, string, string];
  if (terminator !== 'aws4_request') {
    throw signatureDoesNotMatch(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`,
    );
  }
  if (!/^[a-z0-9-]{1,64}$/.test(region)) throw signatureDoesNotMatch('Credential should be scoped to a valid region.');
  if (!/^[a-z0-9-]{1,64}$/.test(service)) {
    throw signatureDoesNotMatch('Credential should be scoped to a correct service.');
  }
  return { accessKeyId, date, region, service, text: credential.slice(accessKeyId.length + 1) };
}
