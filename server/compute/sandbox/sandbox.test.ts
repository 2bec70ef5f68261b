import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openTestFloor, scope, testJob, testServer, until, untilExited, untilObserved } from '../test-floor.ts';
import type { Workload } from '../workload.ts';
import { bwrapSandbox } from './bwrap.ts';
import { works } from './choose.ts';
import { mountsToProtect } from './mounts.ts';
import { noSandbox } from './none.ts';
import { unshareSandbox } from './unshare.ts';

const isLinux = process.platform === 'linux';
const sandboxes = [
  { name: 'bwrap', isThere: isLinux && (await works(bwrapSandbox('bwrap'))), isTight: true },
  { name: 'unshare', isThere: isLinux && (await works(unshareSandbox)), isTight: true },
  { name: 'none', isThere: true, isTight: false },
];

for (const { name, isThere, isTight } of sandboxes) {
  const skip = isThere ? false : 'not on this machine';
  const tight = isTight ? skip : 'it does not keep programs from anything';

  describe(`sandbox ${name}`, { skip, concurrency: 2 }, () => {
    let floor: Awaited<ReturnType<typeof openTestFloor>>;
    before(async () => {
      process.env.WILDSAGE_SANDBOX = name;
      process.env.WILDSAGE_MEMORY_GIB = '4';
      floor = await openTestFloor();
      await floor.compute.start(testJob('true', { name: 'first' }));
      await floor.objects.createBucket('data', scope);
    });
    after(async () => {
      delete process.env.WILDSAGE_SANDBOX;
      await floor.dispose();
    });

    const linesOf = async (job: Workload) => {
      await floor.compute.start(job);
      const { outcome } = await untilExited(floor.compute, job.name);
      return { outcome, lines: await floor.lines(`${job.name}/algo-1`) };
    };

    it('gives the program SageMaker’s folders, by their path or by SAGEMAKER_BASE_DIR', async () => {
      const { lines } = await linesOf(
        testJob(
          'cd $(printenv SAGEMAKER_BASE_DIR || echo /opt/ml); echo *; echo input/*; touch model/x output/data/x checkpoints/x && echo ok',
        ),
      );
      assert.deepEqual(lines, ['checkpoints code input model output', 'input/config input/data', 'ok']);
    });

    it('leads /opt/ml in commands and variables to them', async () => {
      const { lines } = await linesOf(
        testJob('echo $X > /opt/ml/model/x; cat $X', { environment: { X: '/opt/ml/model/x' } }),
      );
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /\/model\/x$/);
    });

    it('gives the program its variables as they are, and what builds the sandbox none of them', {
      skip: tight,
    }, async () => {
      const variables = { LD_PRELOAD: '', IFS: '0', UID: '7', TEXT: `a 'b' "c" $d \\ \n\`e\``, EMPTY: '' };
      const environment = { ...variables, 'not.a-name': 'x' };
      const job = testJob('/usr/bin/env -0 > /opt/ml/model/seen; sleep 60', { name: 'variables', environment });
      await floor.compute.start(job);
      const instance = join(floor.home, 'workloads', 'variables', 'algo-1');
      const seen = join(instance, 'ml', 'model', 'seen');
      await until(
        () => existsSync(seen) && statSync(seen).size > 0,
        (isThere) => isThere,
      );
      const inside = readFileSync(seen, 'utf8').split('\0');
      // Shells have their own of these.
      const { UID: _, IFS: __, ...expected } = variables;
      for (const [key, value] of Object.entries(expected)) assert.ok(inside.includes(`${key}=${value}`), key);
      assert.deepEqual(
        inside.filter((entry) => entry.startsWith('WILDSAGE_INSIDE_')),
        [],
      );
      const { pid } = JSON.parse(readFileSync(join(instance, 'status.json'), 'utf8'));
      const outside = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      for (const key of Object.keys(variables)) assert.ok(!outside.some((entry) => entry.startsWith(`${key}=`)), key);
      await floor.compute.remove('variables');
    });

    it('ends a program with all that it started', async () => {
      const marker = `3599.${process.pid}`;
      const { outcome } = await linesOf(testJob(`sleep ${marker} & sleep 0.1; exit 5`));
      assert.partialDeepStrictEqual(outcome, { kind: 'failed', exitCode: 5 });
      const job = testJob('ps ax -o args || true');
      const { lines } = await linesOf(job);
      assert.ok(!lines.includes(`sleep ${marker}`));
    });

    it('stops a program by SIGTERM, once', async () => {
      const job = testJob("trap 'echo term; exit 0' TERM; echo up; while :; do sleep 0.02; done");
      await floor.compute.start(job);
      await until(
        () => floor.lines(`${job.name}/algo-1`),
        (lines) => lines.includes('up'),
      );
      await floor.compute.stop(job.name);
      assert.deepEqual((await untilExited(floor.compute, job.name)).outcome, { kind: 'stopped', because: 'asked' });
      assert.deepEqual(await floor.lines(`${job.name}/algo-1`), ['up', 'term']);
    });

    it('runs a server that the platform reaches', async () => {
      const server = testServer();
      await floor.compute.start(server);
      const seen = await untilObserved(floor.compute, server.name, ({ phase }) => phase === 'running');
      assert.ok((await fetch(`http://${seen.instances[0]?.address}/`)).ok);
      await floor.compute.remove(server.name);
    });

    it('hides the platform’s home and the user’s home', { skip: tight }, async () => {
      writeFileSync(join(floor.home, 'credentials.json'), 'secret');
      const { lines } = await linesOf(
        testJob(
          `cat ${floor.home}/credentials.json; cat ${floor.home}/workloads/*/token; ls -A ${homedir()}; ls -A /root; echo end`,
        ),
      );
      assert.ok(!lines.some((line) => line.includes('secret') || /^[\w-]{43}$/.test(line)));
      assert.ok(!lines.some((line) => /^\.(ssh|aws|bashrc|profile|cache)$/.test(line)));
      assert.equal(lines.at(-1), 'end');
    });

    it('lets nothing be uncovered or mounted again', { skip: tight }, async () => {
      const { lines } = await linesOf(
        testJob(
          'umount /root; umount /tmp; mount -t tmpfs none /mnt; unshare -rm umount /root && echo uncovered; echo end',
        ),
      );
      assert.ok(!lines.includes('uncovered'));
      assert.ok(lines.some((line) => /permission denied|not permitted|must be superuser/i.test(line)));
    });

    it('keeps the machine’s own files from being written', { skip: tight }, async () => {
      const target = join('/usr', `wildsage-test-${process.pid}`);
      const { lines } = await linesOf(testJob(`touch ${target} /etc/x; echo done`));
      assert.equal(lines.filter((line) => /Read-only file system|Permission denied/.test(line)).length, 2);
      assert.ok(!existsSync(target));
    });

    it('keeps the machine’s settings and the sockets of its services from the program', { skip: tight }, async () => {
      const { lines } = await linesOf(
        testJob(`
          for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger $(find /sys -name release_agent -o -name uevent_helper); do
            [ -w $file ] && echo $file
          done
          for folder in /sys /sys/fs/cgroup /proc/sys /run/user; do touch $folder/x && echo $folder; done
          find /run -type s
          [ "$(id -u)" = 0 ] && cat /etc/shadow
          echo done
        `),
      );
      assert.equal(lines.at(-1), 'done');
      assert.deepEqual(
        lines.filter((line) => !/^(touch|cat|find): /.test(line)),
        ['done'],
      );
    });

    it('shows no processes but its own, and none of the disks', { skip: tight }, async () => {
      const { lines } = await linesOf(testJob('echo $(ls /proc | grep -c "^[0-9]"); find /dev -type b | wc -l; id -u'));
      assert.ok(Number(lines[0]) < 10);
      if (process.getuid?.() === 0) assert.equal(lines[1], '0');
      assert.equal(lines[2], '0');
    });

    it('cuts the network off when asked to, save for the loopback', { skip: tight }, async () => {
      const program = `import socket
print(*[name for _, name in socket.if_nameindex() if name not in ("tunl0", "sit0", "ip6tnl0")])
a = socket.create_server(("127.0.0.1", 0)); socket.create_connection(a.getsockname()); print("loopback")
try: socket.create_connection(("127.0.0.1", ${await someoneElsesPort()}), timeout=2); print("reached")
except OSError: print("cut off")`;
      const { lines } = await linesOf(
        testJob('', { networkIsolation: true, entrypoint: ['/usr/bin/env', 'python3', '-c', program] }),
      );
      assert.deepEqual(lines, ['lo', 'loopback', 'cut off']);
    });

    it('shares large inputs, which the program cannot write to', { skip: tight }, async () => {
      await floor.objects.put('data', 'large/file', Buffer.alloc(65 * 1024 * 1024));
      await floor.objects.put('data', 'small/file', Buffer.from('x'));
      const input = { source: 'S3Prefix', mode: 'File' } as const;
      const { lines } = await linesOf(
        testJob(
          'cd /opt/ml/input/data; echo y >> large/file; echo y >> small/file && chmod +x small/file && echo ok; stat -c %h large/file',
          {
            inputs: [
              { ...input, path: '/opt/ml/input/data/large', s3Uri: 's3://data/large/' },
              { ...input, path: '/opt/ml/input/data/small', s3Uri: 's3://data/small/' },
            ],
          },
        ),
      );
      assert.match(lines[0] ?? '', /Read-only file system/);
      assert.deepEqual(lines.slice(1), ['ok', '2']);
      assert.equal((await floor.objects.head('data', 'small/file'))?.size, 1);
    });

    it('reads no further than the program could, whatever links it leaves', { skip: tight }, async () => {
      const secret = join(floor.home, 'credentials.json');
      writeFileSync(secret, 'secret');
      const { outcome } = await linesOf(
        testJob(
          `ln -s ${secret} /opt/ml/output/failure; rm -r /opt/ml/model; ln -s ${floor.home} /opt/ml/model; ln -s ${secret} /opt/ml/checkpoints/c; exit 0`,
          {
            outputs: [
              { path: '/opt/ml/model', s3Uri: 's3://data/l/model', form: 'files', when: 'EndOfJob' },
              { path: '/opt/ml/checkpoints', s3Uri: 's3://data/l/c', form: 'files', when: 'Continuous' },
            ],
          },
        ),
      );
      assert.deepEqual(outcome, { kind: 'succeeded' });
      const keys: string[] = [];
      for await (const { key } of floor.objects.list('data', 'l/')) keys.push(key);
      assert.deepEqual(keys, []);
    });
  });
}

async function someoneElsesPort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1', () => {
      server.unref();
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

describe('mountsToProtect', () => {
  it('finds disks besides the root, with the options that have to stay', () => {
    const table = [
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '23 22 8:2 / /data\\040disk rw,nosuid,noatime shared:2 - xfs /dev/sda2 rw',
      '24 22 0:5 / /proc rw,nosuid - proc proc rw',
      '25 22 0:6 / /run rw - tmpfs tmpfs rw',
    ].join('\n');
    const disk = { at: '/data disk', options: 'nosuid,noatime' };
    assert.deepEqual(mountsToProtect(table, false), [disk]);
    assert.deepEqual(mountsToProtect(table, true), [disk, { at: '/run', options: '' }]);
  });
});

describe('works', { skip: isLinux ? false : 'namespaces are Linux’s' }, () => {
  it('finds a sandbox that does not run', async () => {
    assert.equal(await works(bwrapSandbox('/no/such/bwrap')), false);
    assert.equal(await works(noSandbox({ setpriv: false })), false);
  });
});
