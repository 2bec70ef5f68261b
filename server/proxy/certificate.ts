import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bits, explicit, implicit, integer, octets, oid, sequence, set, time, utf8, yes } from './der.ts';

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** The distinguished names of our certificates: an organisation and a common name. */
export interface Name {
  readonly organization: string;
  readonly commonName?: string;
}

interface Contents {
  readonly subject: Name;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly to: Date;
}

const attribute = (type: string, value: string) => set(sequence(oid(type), utf8(value)));

const encodeName = ({ organization, commonName }: Name) =>
  sequence(attribute('2.5.4.10', organization), ...(commonName ? [attribute('2.5.4.3', commonName)] : []));

const critical = (id: string, value: Buffer) => sequence(oid(id), yes, octets(value));
const extension = (id: string, value: Buffer) => sequence(oid(id), octets(value));
const dnsName = (name: string) => implicit(2, Buffer.from(name, 'latin1'));

const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const keyIdOf = (key: KeyObject) => createHash('sha1').update(spkiOf(key)).digest();

const signed = (contents: Contents, issuer: Name, issuerKey: KeyObject, extensions: Buffer[]): string => {
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    encodeName(issuer),
    sequence(time(contents.from), time(contents.to)),
    encodeName(contents.subject),
    spkiOf(contents.publicKey),
    explicit(3, sequence(...extensions)),
  );
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign('sha256', toBeSigned, issuerKey)));
  const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
};

const keyUsage = (byte: number, unused: number) => critical('2.5.29.15', bits(Buffer.from([byte]), unused));

const IP_ADDRESS = 7;
/** All of IPv4 and of IPv6: an address and a mask, of zeros. */
const everyAddress = [Buffer.alloc(8), Buffer.alloc(32)].map((range) => sequence(implicit(IP_ADDRESS, range)));

/**
 * What an authority for `domains` may vouch for, as it stands in its certificate. Addresses have to be excluded by
 * themselves: a list of permitted domains says nothing about them.
 */
export const nameConstraints = (domains: readonly string[]): Buffer =>
  sequence(explicit(0, ...domains.map((domain) => sequence(dnsName(domain)))), explicit(1, ...everyAddress));

/** A certificate authority's own certificate (PEM), which can vouch for names below `domains` and for nothing else. */
export const authorityCertificate = (contents: Contents, privateKey: KeyObject, domains: readonly string[]): string =>
  signed(contents, contents.subject, privateKey, [
    critical('2.5.29.19', sequence(yes, integer(Buffer.from([0])))),
    keyUsage(0x06, 1),
    critical('2.5.29.30', nameConstraints(domains)),
    extension('2.5.29.14', octets(keyIdOf(contents.publicKey))),
  ]);

/** A server's certificate (PEM) for one host name. */
export const serverCertificate = (
  contents: Contents,
  host: string,
  issuer: Name,
  issuerKeys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
): string =>
  signed(contents, issuer, issuerKeys.privateKey, [
    critical('2.5.29.19', sequence()),
    keyUsage(0x80, 7),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', sequence(dnsName(host))),
    extension('2.5.29.14', octets(keyIdOf(contents.publicKey))),
    extension('2.5.29.35', sequence(implicit(0, keyIdOf(issuerKeys.publicKey)))),
  ]);
