import { RE2JS } from 're2js';
import type { LogEvent, MetricFilter } from './telemetry.ts';

/** Longer lines are looked at up to here: a metric stands at a line's beginning, a dumped array may be endless. */
const MAX_LINE_LENGTH = 16 * 1024;
const MAX_CACHED = 2_000;

/** Gives the value of a metric in a line, undefined when it is not there. */
export type MetricMatcher = (line: string) => number | undefined;

const compiled = new Map<string, MetricMatcher>();

/**
 * Compiles a metric definition's regular expression. It comes from users, so it runs in RE2, whose time grows with the
 * line's length only: no pattern can hold the platform up. Throws an Error that says what is wrong with it.
 */
export function compileMetricFilter(regex: string): MetricMatcher {
  const known = compiled.get(regex);
  if (known) return known;
  const matcher = newMatcher(regex);
  if (compiled.size >= MAX_CACHED) compiled.clear();
  compiled.set(regex, matcher);
  return matcher;
}

function newMatcher(regex: string): MetricMatcher {
  const pattern = compile(regex);
  if (pattern.groupCount() === 0) {
    throw new Error(`the regular expression ${JSON.stringify(regex)} has no group; its first group gives the value`);
  }
  const literal = requiredLiteral(regex);
  const valueIn: MetricMatcher = (line) => {
    if (!line.includes(literal)) return undefined;
    const found = pattern.matcher(line.length > MAX_LINE_LENGTH ? line.slice(0, MAX_LINE_LENGTH) : line);
    if (!found.find()) return undefined;
    const text = found.group(1)?.trim();
    const value = text ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : undefined;
  };
  // On AWS a tab in a job's log reads #011, so that is what people's patterns look for; ours shows the tab.
  return (line) => valueIn(line) ?? (line.includes('\t') ? valueIn(line.replaceAll('\t', '#011')) : undefined);
}

function compile(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `the regular expression ${JSON.stringify(regex)} cannot be used: ${reason} (look-around and back-references are not supported)`,
      { cause },
    );
  }
}

/**
 * A text that every match contains, so that most lines are passed over without the regular expression. Found only
 * where it is sure: outside of groups and classes, not repeated, no alternatives and flags anywhere. Else ''.
 */
export function requiredLiteral(regex: string): string {
  if (regex.includes('|') || /\(\?(?!:)/.test(regex) || regex.includes('\\Q')) return '';
  let [best, run, depth] = ['', '', 0];
  const end = () => {
    if (run.length > best.length) best = run;
    run = '';
  };
  for (let at = 0; at < regex.length; at++) {
    const char = regex[at]!;
    if (char === '[') {
      at = endOfClass(regex, at);
      end();
    } else if (char === '(' || char === ')') {
      depth += char === '(' ? 1 : -1;
      end();
    } else if ('?*+{'.includes(char)) {
      // What stands before may be missing, or come several times.
      run = run.slice(0, -1);
      end();
      if (char === '{') at = Math.max(at, regex.indexOf('}', at));
    } else if (char === '\\') {
      const escaped = regex[++at] ?? '';
      if (depth === 0 && /^[^0-9A-Za-z]$/.test(escaped)) run += escaped;
      else {
        end();
        // \x41, \p{L} and the like have more behind them.
        if (/[0-9A-Za-z]/.test(escaped) && !'dDwWsSbB'.includes(escaped)) return best;
      }
    } else if ('.^$'.includes(char) || depth > 0) {
      end();
    } else {
      run += char;
    }
  }
  end();
  return best;
}

function endOfClass(regex: string, start: number): number {
  let at = start + 1;
  if (regex[at] === '^') at++;
  if (regex[at] === ']') at++;
  while (at < regex.length && regex[at] !== ']') {
    if (regex.startsWith('[:', at)) at = Math.max(at, regex.indexOf(':]', at) + 1);
    at += regex[at] === '\\' ? 2 : 1;
  }
  return at;
}

/** Every value that the filters find in the lines. Filters that cannot be compiled are told to `onInvalid`. */
export function metricsIn(
  events: readonly LogEvent[],
  filters: readonly MetricFilter[],
  onInvalid: (filter: MetricFilter, error: Error) => void,
): { name: string; value: number; timestamp: number }[] {
  const matchers = filters.flatMap((filter) => {
    try {
      return [{ name: filter.name, match: compileMetricFilter(filter.regex) }];
    } catch (error) {
      onInvalid(filter, error as Error);
      return [];
    }
  });
  const found: { name: string; value: number; timestamp: number }[] = [];
  for (const { timestamp, message } of events) {
    for (const { name, match } of matchers) {
      const value = match(message);
      if (value !== undefined) found.push({ name, value, timestamp });
    }
  }
  return found;
}
