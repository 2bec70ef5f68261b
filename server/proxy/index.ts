import type { Logger } from '../logger.ts';
import { proxyPolicy, upstreamProxy } from './policy.ts';
import { openProxy, type TransparentProxy } from './proxy.ts';

export type { TransparentProxy } from './proxy.ts';

/**
 * The proxy of a platform that listens on `host`, with its authority in `directory`, as `WILDSAGE_PROXY` and the
 * proxy settings of this process's environment want it.
 */
export const createProxy = (options: {
  readonly directory: string;
  readonly host: string;
  readonly log: Logger;
}): Promise<TransparentProxy> =>
  openProxy({
    directory: options.directory,
    log: options.log,
    policy: proxyPolicy(options.host, process.env.WILDSAGE_PROXY),
    upstream: upstreamProxy(process.env),
  });
