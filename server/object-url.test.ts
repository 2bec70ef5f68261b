import assert from 'node:assert/strict';
import { it } from 'node:test';
import { objectUrl } from './object-url.ts';

it('names the bucket of an object once, in the host or in the path', () => {
  assert.equal(objectUrl('http://127.0.0.1:9453', 'models', 'a b/ü'), 'http://127.0.0.1:9453/models/a%20b/%C3%BC');
  assert.equal(objectUrl('http://models.localhost:9453', 'models', 'a/b'), 'http://models.localhost:9453/a/b');
  const virtual = 'https://models.s3.eu-west-1.amazonaws.com';
  assert.equal(objectUrl(virtual, 'models', 'a'), `${virtual}/a`);
});
