import { rmSync } from 'node:fs';
import { closing, type Figure, peersEnvironment } from '../figure.ts';
import { startMoto } from '../peers/index.ts';
import { milliseconds, peer } from '../report.ts';
import { median, takeTurns } from '../rounds.ts';
import { startWildsage } from '../wildsage.ts';

/** From the command until requests are taken. */
export const start: Figure = {
  title: 'Starting',
  take: async ({ folder, quick }) => {
    const environment = await peersEnvironment();
    const home = `${folder}/home`;
    const timed = async (open: () => Promise<{ stop(): Promise<void> }>) => {
      const began = performance.now();
      return closing(async (keep) => {
        keep(await open());
        return (performance.now() - began) / 1000;
      });
    };
    const fresh = () => {
      rmSync(home, { recursive: true, force: true });
      return startWildsage(home, { keep: true });
    };
    const taken = await takeTurns(
      {
        fresh: () => timed(fresh),
        again: () => timed(() => startWildsage(home, { keep: true })),
        moto: () => timed(() => startMoto(environment)),
      },
      { rounds: quick ? 1 : 5, unmeasured: quick ? 0 : 1 },
    );
    const [first, again, moto] = [median(taken.fresh), median(taken.again), median(taken.moto)];
    return [
      {
        what: 'wildsage up until ready, new home',
        figure: milliseconds(first),
        peers: [peer('moto', first, moto, milliseconds)],
      },
      { what: 'wildsage up until ready, home with state', figure: milliseconds(again) },
    ];
  },
};
