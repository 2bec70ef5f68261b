import type { Figure } from '../figure.ts';
import { invocations } from './invocations.ts';
import { jobs } from './jobs.ts';
import { lists } from './lists.ts';
import { load } from './load.ts';
import { objects } from './objects.ts';
import { requests } from './requests.ts';
import { start } from './start.ts';

/** Every figure, by the name that the command takes. */
export const figures: Readonly<Record<string, Figure>> = { requests, load, lists, jobs, invocations, objects, start };
