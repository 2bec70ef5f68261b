import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** Authenticated encryption (AES-256-GCM) with the home's key; the texts are base64. */
export interface Seal {
  /** `purpose` is bound in: what was sealed for one is not opened for another. */
  seal(purpose: string, text: string): string;
  /** Undefined for anything that this key has not sealed for this purpose. */
  open(purpose: string, sealed: string): string | undefined;
}

export const createSeal = (key: Buffer): Seal => ({
  seal(purpose, text) {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
  },
  open(purpose, sealed) {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < NONCE + TAG) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    const body = decipher.update(bytes.subarray(NONCE + TAG));
    try {
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  },
});
