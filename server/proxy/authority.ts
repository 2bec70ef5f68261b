import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { awsDomains } from '../aws-domains.ts';
import { authorityCertificate, type Name, nameConstraints, serverCertificate } from './certificate.ts';
import { replaceFile } from './replace-file.ts';

const DAY = 86_400_000;
const AUTHORITY_DAYS = 3650;
// Clients refuse server certificates that are valid for longer than 397 days.
const SERVER_DAYS = 90;
const RENEWED_DAYS_BEFORE = 7;
const KEPT_CERTIFICATES = 1000;

/** Vouches for AWS host names towards clients that trust `certificateFile`. */
export interface Authority {
  readonly certificate: string;
  readonly certificateFile: string;
  /** What a server needs to be `host`. Made on first use, and again before it expires. */
  contextFor(host: string): SecureContext;
}

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const newKeyPair = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

// Clients look an issuer up by its name, so that the authorities of two homes need two names.
const authorityName = (): Name => ({
  organization: 'Wildsage',
  commonName: `Wildsage local authority ${randomBytes(4).toString('hex')}`,
});

const subjectOf = (certificate: X509Certificate): Name => {
  const field = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(certificate.subject)?.[1];
  return { organization: field('O') ?? '', commonName: field('CN') };
};

interface Issuer {
  readonly keys: KeyPair;
  readonly certificate: string;
  readonly name: Name;
}

/** An authority of an earlier version may be for fewer domains, or for more than these. */
const isForTheseDomains = ({ raw }: X509Certificate) => raw.includes(nameConstraints(awsDomains));

/** The authority on disk; undefined when there is none, or when it is broken, about to expire or for other names. */
function readIssuer(keyFile: string, certificateFile: string, now: Date): Issuer | undefined {
  try {
    const privateKey = createPrivateKey(readFileSync(keyFile));
    const pem = readFileSync(certificateFile, 'utf8');
    const certificate = new X509Certificate(pem);
    const endsAt = new Date(certificate.validTo).getTime();
    if (!certificate.checkPrivateKey(privateKey) || endsAt - now.getTime() < SERVER_DAYS * DAY) return undefined;
    if (!isForTheseDomains(certificate)) return undefined;
    return {
      keys: { privateKey, publicKey: createPublicKey(privateKey) },
      certificate: pem,
      name: subjectOf(certificate),
    };
  } catch {
    return undefined;
  }
}

function makeIssuer(keyFile: string, certificateFile: string, now: Date): Issuer {
  const keys = newKeyPair();
  const name = authorityName();
  const from = new Date(now.getTime() - DAY);
  const to = new Date(now.getTime() + AUTHORITY_DAYS * DAY);
  const certificate = authorityCertificate(
    { subject: name, publicKey: keys.publicKey, from, to },
    keys.privateKey,
    awsDomains,
  );
  // Key first: a certificate without its key would be trusted by people and be of no use.
  replaceFile(keyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  replaceFile(certificateFile, certificate, 0o644);
  return { keys, certificate, name };
}

/** Opens the local certificate authority in `directory`, making it there when it is missing. */
export function openAuthority(directory: string, now: () => Date = () => new Date()): Authority {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const keyFile = join(directory, 'key.pem');
  const certificateFile = join(directory, 'ca.pem');
  const issuer = readIssuer(keyFile, certificateFile, now()) ?? makeIssuer(keyFile, certificateFile, now());
  const serverKeys = newKeyPair();
  const serverKey = serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const kept = new Map<string, { context: SecureContext; renewAt: number }>();

  const make = (host: string) => {
    const from = new Date(now().getTime() - DAY);
    const to = new Date(now().getTime() + SERVER_DAYS * DAY);
    const subject = { organization: 'Wildsage' };
    const contents = { subject, publicKey: serverKeys.publicKey, from, to };
    const certificate = serverCertificate(contents, host, issuer.name, issuer.keys);
    const context = createSecureContext({ key: serverKey, cert: certificate + issuer.certificate });
    return { context, renewAt: to.getTime() - RENEWED_DAYS_BEFORE * DAY };
  };

  return {
    certificate: issuer.certificate,
    certificateFile,
    contextFor(host) {
      const found = kept.get(host);
      if (found && found.renewAt > now().getTime()) return found.context;
      const entry = make(host);
      kept.delete(host);
      kept.set(host, entry);
      // Bucket names are part of host names: a client can ask for any number of them.
      if (kept.size > KEPT_CERTIFICATES) kept.delete(kept.keys().next().value ?? '');
      return entry.context;
    },
  };
}
