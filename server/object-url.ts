/** Where an object is to be had, in the way that the client addressed its bucket: by host name or by path. */
export const objectUrl = (origin: string, bucket: string, key: string): string => {
  const base = new URL(origin).hostname.startsWith(`${bucket.toLowerCase()}.`) ? origin : `${origin}/${bucket}`;
  return `${base}/${key.split('/').map(encodeURIComponent).join('/')}`;
};
