import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../errors.ts';
import { loadServiceModel } from '../models/service-model.ts';
import { services } from '../models/services.ts';
import { wireError } from './error-dialects.ts';

describe('errors that every service has', () => {
  const spellings: Record<string, Record<string, [code: string, status: number]>> = {
    InvalidClientTokenId: {
      sagemaker: ['UnrecognizedClientException', 400],
      'sagemaker-runtime': ['UnrecognizedClientException', 403],
      iam: ['InvalidClientTokenId', 403],
      s3: ['InvalidAccessKeyId', 403],
    },
    // A body that was changed on the way: S3 alone has a code of its own for it.
    XAmzContentSHA256Mismatch: {
      sagemaker: ['InvalidSignatureException', 400],
      'sagemaker-runtime': ['InvalidSignatureException', 403],
      iam: ['SignatureDoesNotMatch', 403],
      s3: ['XAmzContentSHA256Mismatch', 400],
    },
    AccessDenied: {
      sagemaker: ['AccessDeniedException', 400],
      'sagemaker-runtime': ['AccessDeniedException', 403],
      iam: ['AccessDenied', 400],
      s3: ['AccessDenied', 400],
    },
  };
  for (const [code, byService] of Object.entries(spellings)) {
    it(`are spelled as each service spells them: ${code}`, async () => {
      for (const [id, expected] of Object.entries(byService)) {
        const model = await loadServiceModel(services.find((service) => service.id === id)!);
        const shown = wireError(new ServiceError(code, 'message'), model);
        assert.deepEqual([shown.code, shown.status], expected, id);
      }
    });
  }
});
