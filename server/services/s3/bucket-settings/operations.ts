import { ServiceError } from '../../../errors.ts';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { Operation, Operations } from '../../../operations.ts';
import { malformedXml } from '../errors.ts';
import { operations } from '../operation.ts';
import { type Setting, settings } from './settings.ts';

type Input = { readonly Bucket?: string; readonly ExpectedBucketOwner?: string } & Record<string, unknown>;
type Output = Record<string, unknown>;

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Dates (in lifecycle rules) are stored as text, and are dates again for the wire. */
const parse = (document: string): Output =>
  JSON.parse(document, (_, value) => (typeof value === 'string' && ISO_DATE.test(value) ? new Date(value) : value));

const missing = ({ missing: [code, message] = ['', ''] }: Setting, bucket: string) =>
  new ServiceError(code, message, { status: 404, members: { BucketName: bucket } });

/** Operations that keep a bucket's sub-resources and give them back. */
export const bucketSettingOperations = (objects: ObjectStorage): Operations => {
  const { onBucket } = operations(objects);

  const operationsOf = (setting: Setting): [string, Operation][] => {
    const { operation, name, member, nested, actions } = setting;
    const get = onBucket<Input, Output>(actions.get, ({ Bucket }) => {
      const document = objects.buckets.setting(Bucket!, name);
      if (document === undefined && setting.missing) throw missing(setting, Bucket!);
      const value = document === undefined ? {} : parse(document);
      return nested ? { [member]: value } : value;
    });
    const put = onBucket<Input, Output>(actions.put, async (input) => {
      const document = input[member] as Output | undefined;
      if (document === undefined) throw malformedXml();
      setting.check?.(document);
      await objects.buckets.putSetting(input.Bucket!, name, JSON.stringify(document));
      return {};
    });
    const remove = onBucket<Input, Output>(actions.delete ?? actions.put, async ({ Bucket }) => {
      await objects.buckets.putSetting(Bucket!, name, undefined);
      return {};
    });
    const deleteName = `Delete${operation.replace(/LifecycleConfiguration$/, 'Lifecycle')}`;
    return [
      [`Get${operation}`, get],
      [`Put${operation}`, put],
      ...(setting.missing ? [[deleteName, remove] as [string, Operation]] : []),
    ];
  };

  return Object.fromEntries(settings.flatMap(operationsOf));
};
