import { trainAndServe } from './built-in-xgboost.ts';
import type { Clients } from './clients.ts';
import { done, table, title } from './show.ts';

const subject = {
  name: 'breast-cancer',
  hyperParameters: {
    objective: 'binary:logistic',
    eval_metric: 'logloss',
    num_round: '60',
    max_depth: '4',
    eta: '0.2',
  },
};

/** Classification. */
export async function breastCancer(clients: Clients, data: string, run: string): Promise<void> {
  title('1. Built-in XGBoost: is a tumour benign?  (breast cancer, 569 patients, 30 measurements each)');
  const { predictions, labels } = await trainAndServe(clients, data, run, subject);
  const right = predictions.filter((p, i) => Math.round(p) === labels[i]).length;
  const word = (value: number | undefined) => (value === 1 ? 'benign' : 'malignant');
  table(
    ['patient', 'probability of benign', 'prediction', 'truth'],
    predictions.slice(0, 6).map((p, i) => [`${i + 1}`, p.toFixed(3), word(Math.round(p)), word(labels[i])]),
  );
  const patients = predictions.length;
  done(`Held-out accuracy ${(right / patients).toFixed(4)}  (${right} of ${patients} patients it has never seen)`);
}
