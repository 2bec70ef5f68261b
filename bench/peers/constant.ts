// A minimal server that answers each target with a text given to it: what a client costs against no work at all.
// node constant.ts ANSWERS.json, an object from X-Amz-Target to the text
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const answers = new Map<string, Buffer>(
  Object.entries(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Record<string, string>).map(
    ([target, text]) => [target, Buffer.from(text)],
  ),
);
const nothing = Buffer.alloc(0);

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const body = answers.get(String(request.headers['x-amz-target'])) ?? nothing;
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': '00000000-0000-4000-8000-000000000000',
      'content-length': body.length,
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${(server.address() as AddressInfo).port}`));
