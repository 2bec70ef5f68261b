import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, rootCertificates } from 'node:tls';
import { replaceFile } from './replace-file.ts';

const systemCertificates = (): readonly string[] => {
  try {
    return [...getCACertificates('system'), ...getCACertificates('extra')];
  } catch {
    return [];
  }
};

// A server started from a shell that already trusts a Wildsage must not hand that one's authority on.
const isOurs = (pem: string) => new X509Certificate(pem).subject.includes('O=Wildsage');

const existing = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/**
 * Writes the certificates that a client is to trust: what Node.js and this machine trust, so that hosts that are
 * passed through are verified as ever, and our own authority.
 */
export function writeTrustBundle(path: string, authority: string): void {
  const trimmed = [...rootCertificates, ...systemCertificates()].map((pem) => pem.trim());
  const trusted = [...new Set(trimmed)].filter((pem) => !isOurs(pem));
  const content = `${[...trusted, authority.trim()].join('\n')}\n`;
  if (existing(path) !== content) replaceFile(path, content, 0o644);
}
