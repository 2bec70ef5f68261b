import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openAuthority } from './authority.ts';
import { authorityCertificate } from './certificate.ts';
import { writeTrustBundle } from './trust-bundle.ts';

describe('openAuthority', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wildsage-authority-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('keeps its key to the owner and its certificate for ten years', async () => {
    const { certificate, certificateFile } = openAuthority(folder);
    assert.equal((await stat(join(folder, 'key.pem'))).mode & 0o777, 0o600);
    assert.equal(await readFile(certificateFile, 'utf8'), certificate);
    const parsed = new X509Certificate(certificate);
    assert.equal(parsed.ca, true);
    assert.equal(parsed.verify(parsed.publicKey), true);
    const years = (new Date(parsed.validTo).getTime() - Date.now()) / (365 * 86_400_000);
    assert.ok(years > 9.9 && years < 10.1);
  });

  it('can vouch for no IP address', () => {
    const { raw } = new X509Certificate(openAuthority(folder).certificate);
    const excluded = `a130300a8708${'00'.repeat(8)}30228720${'00'.repeat(32)}`;
    assert.ok(raw.includes(Buffer.from(excluded, 'hex')));
  });

  it('is the same one after a restart', () => {
    assert.equal(openAuthority(folder).certificate, openAuthority(folder).certificate);
  });

  it('is made anew when its files are broken or its time is nearly over', async () => {
    const { certificate } = openAuthority(folder);
    await writeFile(join(folder, 'ca.pem'), 'not a certificate');
    const second = openAuthority(folder).certificate;
    assert.notEqual(second, certificate);
    const nearlyOver = new Date(Date.now() + 3640 * 86_400_000);
    assert.notEqual(openAuthority(folder, () => nearlyOver).certificate, second);
  });

  it('is made anew when it is for other domains than are answered', async () => {
    const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const subject = { organization: 'Wildsage', commonName: 'narrow' };
    const [from, to] = [new Date(), new Date(Date.now() + 3650 * 86_400_000)];
    const narrow = authorityCertificate({ subject, publicKey: keys.publicKey, from, to }, keys.privateKey, ['api.aws']);
    await writeFile(join(folder, 'key.pem'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(folder, 'ca.pem'), narrow);
    assert.notEqual(openAuthority(folder).certificate, narrow);
  });

  it('makes a certificate once and again before it expires', () => {
    let now = new Date();
    const authority = openAuthority(folder, () => now);
    const first = authority.contextFor('s3.amazonaws.com');
    assert.equal(authority.contextFor('s3.amazonaws.com'), first);
    now = new Date(now.getTime() + 84 * 86_400_000);
    assert.notEqual(authority.contextFor('s3.amazonaws.com'), first);
  });

  it('leaves a bundle that trusts the public authorities and this one, but no other of its kind', async () => {
    const bundle = join(folder, 'bundle.pem');
    const { certificate } = openAuthority(folder);
    writeTrustBundle(bundle, certificate);
    const text = await readFile(bundle, 'utf8');
    const subjects = text
      .split(/(?<=-----END CERTIFICATE-----)\n/)
      .filter((pem) => pem.trim())
      .map((pem) => new X509Certificate(pem).subject);
    assert.ok(subjects.length > 100);
    assert.equal(subjects.filter((subject) => subject.includes('O=Wildsage')).length, 1);
  });
});
