/** The server's log. Nothing that looks like a token leaves it: every finished line goes through `redact`. */
import { formatWithOptions } from 'node:util';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** @param destination where lines go; standard output unless a test wants to read them */
export function createLogger(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = { level, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: redact } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

type YogaLevel = 'debug' | 'info' | 'warn' | 'error';

/** What Yoga takes as `logging`: it says anything, an Error among it or not, the way console.log does. */
export function yogaLogging(log: Logger): Readonly<Record<YogaLevel, (...said: unknown[]) => void>> {
  const at =
    (level: YogaLevel) =>
    (...said: unknown[]) => {
      if (!log.isLevelEnabled(level)) return;
      const err = said.find((part) => part instanceof Error);
      const words = said.filter((part) => part !== err);
      const message = words.length > 0 ? formatWithOptions({ breakLength: Infinity }, ...words) : err?.message;
      log[level](err === undefined ? {} : { err }, message ?? '');
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/**
 * The text without tokens, passwords and secrets: what stands after `Bearer`, begins as tokens do, is the value of
 * something so named, or stands before the @ of an address. JSON stays JSON.
 */
export function redact(text: string): string {
  return SECRETS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}

const NAMES = '(?:proxy-)?authorization|(?:[a-z]+[_-]?)?token|jwt(?:_secret)?|secret|password|(?:set-)?cookie';

/** Each takes time linear in the length of the text, which a caller may have chosen. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`("(?:${NAMES})"\\s*:\\s*(?:\\[\\s*)?")(?:[^"\\\\]|\\\\.)*`, 'gi'), '$1[redacted]'],
  // The same one level down: JSON in a string of JSON.
  [new RegExp(`(\\\\"(?:${NAMES})\\\\"\\s*:\\s*(?:\\[\\s*)?\\\\")[^"\\\\]*`, 'gi'), '$1[redacted]'],
  // As util.inspect prints it, and as it stands in a header, an address or an assignment.
  [new RegExp(`\\b((?:${NAMES})'?\\s*[:=]\\s*(?:\\[\\s*)?')[^'\\\\"]*`, 'gi'), '$1[redacted]'],
  [/\b(authorization\s*:\s*)[^\s"'\\,;][^"'`\\,;\r\n]*/gi, '$1[redacted]'],
  [new RegExp(`\\b((?:${NAMES})=)[^\\s"'\\\\&,;#]+`, 'gi'), '$1[redacted]'],
  [/\b(bearer|basic)(?:\s|\\[tnr]|%20|\+)+[^\s"'\\,;<>]+/gi, '$1 [redacted]'],
  [/eyJ[\w-]{8,}(?:\.[\w-]*)*/g, '[redacted]'], // {" in base64url: how a JSON Web Token begins
  [/(?<=^|\W|\\[tnrbf])dev(?::|%3A)[^\s"'\\,;)\]}]+/gi, 'dev:[redacted]'],
  [/:\/\/[^/\s"'\\@]+@/g, '://[redacted]@'],
];
