import { trainAndServe } from './built-in-xgboost.ts';
import type { Clients } from './clients.ts';
import { done, table, title } from './show.ts';

const subject = {
  name: 'diabetes',
  hyperParameters: {
    objective: 'reg:squarederror',
    num_round: '150',
    early_stopping_rounds: '20',
    max_depth: '2',
    eta: '0.08',
    subsample: '0.7',
    seed: '7',
  },
};

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Regression. */
export async function diabetes(clients: Clients, data: string, run: string): Promise<void> {
  title('2. Built-in XGBoost: how far will the illness go in a year?  (diabetes, 442 patients, 10 measurements each)');
  const { predictions, labels } = await trainAndServe(clients, data, run, subject);
  const errors = predictions.map((p, i) => Math.abs(p - (labels[i] ?? Number.NaN)));
  table(
    ['patient', 'prediction', 'truth'],
    predictions.slice(0, 6).map((p, i) => [`${i + 1}`, p.toFixed(0), `${labels[i]}`]),
  );
  const average = mean(labels);
  const guessing = mean(labels.map((label) => Math.abs(label - average)));
  done(`Held-out error ${mean(errors).toFixed(1)}  (guessing the average: ${guessing.toFixed(1)})`);
}
