import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openTestFloor, scope, testIdentity, testJob, until, untilExited } from '../test-floor.ts';
import type { Workload, WorkloadInput } from '../workload.ts';

const forbidden = testIdentity(
  (action, resource) => resource.includes('forbidden') || (action === 's3:ListBucket' && resource.includes('unlisted')),
);

describe('transfers of a workload', { concurrency: 3 }, () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>;
  before(async () => {
    floor = await openTestFloor({ identity: forbidden });
    for (const bucket of ['data', 'unlisted']) await floor.objects.createBucket(bucket, scope);
    const put = (key: string, content: string | Buffer) => floor.objects.put('data', key, Buffer.from(content));
    for (const name of ['a', 'b', 'c']) await put(`abc/${name}`, name);
    await put('abc/', '');
    await put('zip/x.csv.gz', gzipSync('1,2'));
    await put('manifest', '[{"prefix": "s3://data/abc/"}, "c", "a"]');
    await put('forbidden/x', 'x');
    await put('clash/x', 'x');
    await put('clash/x/y', 'y');
    await put('evil/../../../escaped', 'x');
    await put(
      'augmented',
      '{"source-ref": "s3://data/abc/a", "label": 1}\n{"source-ref": "s3://data/abc/b", "label": 0}\n',
    );
    await put('earlier/step-1', 'one');
  });
  after(() => floor.dispose());

  const train = (s3Uri: string, options: Partial<WorkloadInput> = {}): WorkloadInput => ({
    path: '/opt/ml/input/data/train',
    s3Uri,
    source: 'S3Prefix',
    mode: 'File',
    ...options,
  });
  const run = async (job: Workload) => {
    await floor.compute.start(job);
    const { outcome } = await untilExited(floor.compute, job.name);
    return { outcome, lines: await floor.lines(`${job.name}/algo-1`) };
  };
  const show = 'cd /opt/ml/input/data; find train -type f | sort | while read f; do echo "$f $(cat $f)"; done';

  const selections: [string, WorkloadInput, string[]][] = [
    [
      'a prefix without the objects that stand for folders',
      train('s3://data/abc'),
      ['train/a a', 'train/b b', 'train/c c'],
    ],
    ['one object by its whole key', train('s3://data/abc/b'), ['train/b b']],
    ['a single object', train('s3://data/abc/b', { source: 'S3Object' }), ['train/b b']],
    ['what a manifest lists', train('s3://data/manifest', { source: 'ManifestFile' }), ['train/a a', 'train/c c']],
    ['files that were compressed', train('s3://data/zip/', { compression: 'Gzip' }), ['train/x.csv 1,2']],
    ['FastFile channels as files', train('s3://data/abc/a', { mode: 'FastFile' }), ['train/a a']],
  ];
  for (const [what, input, lines] of selections) {
    it(`fetches ${what}`, async () => assert.deepEqual((await run(testJob(show, { inputs: [input] }))).lines, lines));
  }

  it('gives each host its share of a sharded channel', async () => {
    const job = testJob(show, {
      instanceCount: 2,
      inputs: [train('s3://data/abc', { distribution: 'ShardedByS3Key' })],
    });
    const { lines } = await run(job);
    assert.deepEqual(lines, ['train/a a', 'train/c c']);
    assert.deepEqual(await floor.lines(`${job.name}/algo-2`), ['train/b b']);
  });

  it('gives a channel to the groups of instances that it is for, and shares it among them', async () => {
    const instanceGroups = [
      { name: 'one', instanceType: 'ml.m5.large', instanceCount: 1 },
      { name: 'two', instanceType: 'ml.c5.xlarge', instanceCount: 2 },
    ];
    const file = (group: string) => ({ path: '/opt/ml/input/config/group', content: `${group}\n`, groups: [group] });
    const config = 'cd /opt/ml/input/config; cat group; cat resourceconfig.json; echo';
    const job = testJob(`(${show}) 2> /dev/null; ${config}`, {
      instanceCount: 3,
      instanceGroups,
      files: [file('one'), file('two')],
      inputs: [
        train('s3://data/abc', { distribution: 'ShardedByS3Key', groups: ['two'] }),
        { ...train('s3://data/abc/a', { mode: 'Pipe', groups: ['one'] }), path: '/opt/ml/input/data/pipe' },
      ],
    });
    const { lines } = await run(job);
    assert.deepEqual(lines.slice(0, -1), ['one']);
    assert.deepEqual(JSON.parse(lines.at(-1)!), {
      current_host: 'algo-1',
      current_instance_type: 'ml.m5.large',
      current_group_name: 'one',
      hosts: ['algo-1', 'algo-2', 'algo-3'],
      instance_groups: [
        { instance_group_name: 'one', instance_type: 'ml.m5.large', hosts: ['algo-1'] },
        { instance_group_name: 'two', instance_type: 'ml.c5.xlarge', hosts: ['algo-2', 'algo-3'] },
      ],
      network_interface_name: 'lo',
    });
    assert.deepEqual((await floor.lines(`${job.name}/algo-2`)).slice(0, -1), ['train/a a', 'train/c c', 'two']);
    assert.deepEqual((await floor.lines(`${job.name}/algo-3`)).slice(0, -1), ['train/b b', 'two']);
  });

  const failures: [string, WorkloadInput, RegExp][] = [
    [
      'a bucket that is not there',
      train('s3://absent-bucket/x'),
      /^No S3 objects found under S3 URL "s3:\/\/absent-bucket\/x".* The specified bucket does not exist$/,
    ],
    [
      'a role that may not list',
      train('s3://unlisted/x'),
      /^No S3 objects found .* Error message from S3: not authorized to perform: s3:ListBucket/,
    ],
    [
      'a role that may not read',
      train('s3://data/forbidden/'),
      /^Failed to download s3:\/\/data\/forbidden\/x\. Please ensure that the role .* has "s3:GetObject"/,
    ],
    ['an object in the way of a folder', train('s3://data/clash/'), /another object's name is the name of its folder/],
    ['a name that leads out of its folder', train('s3://data/evil/'), /its name leads out of its folder/],
    [
      'an augmented manifest without Pipe mode',
      train('s3://data/augmented', { source: 'AugmentedManifestFile' }),
      /need Pipe mode/,
    ],
    ['an address that is none', train('file:///etc/passwd'), /is not an S3 location/],
  ];
  for (const [what, input, message] of failures) {
    it(`says what is wrong with ${what}`, async () => {
      const { outcome } = await run(testJob('true', { inputs: [input] }));
      assert.ok(outcome?.kind === 'failed' && outcome.at === 'input', JSON.stringify(outcome));
      assert.match(outcome.message, message);
    });
  }

  it('streams a Pipe channel, epoch after epoch', async () => {
    const { lines, outcome } = await run(
      testJob('cd /opt/ml/input/data; for epoch in 0 1 2; do echo "$(cat train_$epoch)"; done', {
        inputs: [train('s3://data/abc', { mode: 'Pipe' })],
      }),
    );
    assert.deepEqual(outcome, { kind: 'succeeded' });
    assert.deepEqual(lines, ['abc', 'abc', 'abc']);
  });

  it('wraps each part of a stream into a record', async () => {
    const { lines } = await run(
      testJob('od -An -v -tx1 /opt/ml/input/data/train_0', {
        inputs: [
          train('s3://data/augmented', {
            mode: 'Pipe',
            source: 'AugmentedManifestFile',
            attributeNames: ['source-ref', 'label'],
            recordWrapper: 'RecordIO',
          }),
        ],
      }),
    );
    const record = (byte: string) => `0a 23 d7 ce 01 00 00 00 ${byte} 00 00 00`;
    const hex = lines.map((line) => line.trim()).join(' ');
    assert.equal(hex, ['61', '31', '62', '30'].map(record).join(' '));
  });

  it('shuffles the stream anew for each epoch, the same way each time', async () => {
    const input = train('s3://data/abc', { mode: 'Pipe', shuffleSeed: 1 });
    const command = 'cd /opt/ml/input/data; for epoch in 0 1 2 3 4 5; do echo "$(cat train_$epoch)"; done';
    const [first, second] = await Promise.all([
      run(testJob(command, { inputs: [input] })),
      run(testJob(command, { inputs: [input] })),
    ]);
    assert.deepEqual(first.lines, second.lines);
    assert.ok(new Set(first.lines).size > 1);
  });

  it('stores checkpoints while the program runs, and restores earlier ones', async () => {
    const job = testJob(
      'cd /opt/ml/checkpoints; cat step-1; echo two > step-2; while [ ! -e /tmp/go ]; do sleep 0.02; [ $((i+=1)) -gt 500 ] && break; done; echo three > step-3',
      {
        stopGraceSeconds: 0,
        outputs: [
          { path: '/opt/ml/checkpoints', s3Uri: 's3://data/earlier', form: 'files', when: 'Continuous', restore: true },
        ],
      },
    );
    await floor.compute.start(job);
    await until(
      () => floor.objects.head('data', 'earlier/step-2'),
      (info) => info !== undefined,
    );
    assert.equal((await floor.compute.observe(job.name)).phase, 'running');
    await floor.compute.stop(job.name);
    await untilExited(floor.compute, job.name);
    assert.deepEqual(await floor.lines(`${job.name}/algo-1`), ['one']);
  });

  it('stores an empty archive, or nothing where that is wanted', async () => {
    const output = { path: '/opt/ml/model', form: 'tar.gz', when: 'EndOfJob' } as const;
    const { outcome } = await run(
      testJob('true', {
        outputs: [
          { ...output, s3Uri: 's3://data/empty/written.tar.gz' },
          { ...output, s3Uri: 's3://data/empty/skipped.tar.gz', skipEmpty: true },
        ],
      }),
    );
    assert.deepEqual(outcome, { kind: 'succeeded' });
    assert.ok(await floor.objects.head('data', 'empty/written.tar.gz'));
    assert.equal(await floor.objects.head('data', 'empty/skipped.tar.gz'), undefined);
  });

  it('stores after a failure only what is wanted even then', async () => {
    const output = { form: 'tar.gz', when: 'EndOfJob' } as const;
    await run(
      testJob('touch /opt/ml/model/x /opt/ml/output/data/x; exit 1', {
        outputs: [
          { ...output, path: '/opt/ml/model', s3Uri: 's3://data/failed/model.tar.gz' },
          { ...output, path: '/opt/ml/output/data', s3Uri: 's3://data/failed/output.tar.gz', evenWhenFailed: true },
        ],
      }),
    );
    assert.equal(await floor.objects.head('data', 'failed/model.tar.gz'), undefined);
    assert.ok(await floor.objects.head('data', 'failed/output.tar.gz'));
  });

  it('packs the same files into the same bytes', async () => {
    const command =
      'cd /opt/ml/model; mkdir d; echo 1 > d/a; echo 2 > @b; ln d/a d/c; ln -s d/a l; touch -d @0 d/a @b d; touch -hd @0 l';
    const bytes: Buffer[] = [];
    for (const key of ['same/1', 'same/2']) {
      const outputs = [{ path: '/opt/ml/model', s3Uri: `s3://data/${key}`, form: 'tar.gz', when: 'EndOfJob' } as const];
      assert.deepEqual((await run(testJob(command, { outputs }))).outcome, { kind: 'succeeded' });
      bytes.push(await buffer((await floor.objects.get('data', key)).body));
    }
    assert.ok(bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0)));
  });

  it('fails rather than lose a file whose name cannot be kept', async () => {
    const outputs = [{ path: '/opt/ml/model', s3Uri: 's3://data/bytes', form: 'tar.gz', when: 'EndOfJob' } as const];
    const { outcome } = await run(testJob('touch "/opt/ml/model/a$(printf "\\377")"', { outputs }));
    assert.ok(outcome?.kind === 'failed' && outcome.at === 'output', JSON.stringify(outcome));
    assert.match(
      outcome.message,
      /^Failed to upload \/opt\/ml\/model to .* The name of the file "a.*" is not UTF-8\.$/,
    );
  });

  it('unpacks a model into its folder', async () => {
    const outputs = [
      { path: '/opt/ml/model', s3Uri: 's3://data/model.tar.gz', form: 'tar.gz', when: 'EndOfJob' } as const,
    ];
    await run(testJob('echo weights > /opt/ml/model/w', { outputs }));
    const inputs = [train('s3://data/model.tar.gz', { path: '/opt/ml/model', source: 'S3Object', unpack: true })];
    assert.deepEqual(
      (await run(testJob('cat /opt/ml/model/w; echo more >> /opt/ml/model/w && echo ok', { inputs }))).lines,
      ['weights', 'ok'],
    );
  });
});
