/** Times in words of the document's language, and one timer for everything whose words grow old. */
import { createListeners } from '../listeners.ts';
import type { Stop } from '../types.ts';

const SOON = 30_000; // ms between looks: "1 minute ago" is never half a minute wrong

const listeners = createListeners<void>(() => {
  const timer = setInterval(listeners.tell, SOON);
  return () => clearInterval(timer);
});

/** Calls twice a minute; there is a timer only while somebody listens. */
export function regularly(listener: () => void): Stop {
  return listeners.add(listener);
}

/** "15:00", or with the day when it is another one. */
export function timeOfDay(moment: string | Date, language: string): string {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  return formatter(language, today ? 'time' : 'day').format(date);
}

const HOUR = 3_600; // s
const UNITS = [
  ['year', 365 * 24 * HOUR],
  ['month', 30 * 24 * HOUR],
  ['day', 24 * HOUR],
  ['hour', HOUR],
  ['minute', 60],
] as const;

/** "5 minutes ago"; null within the last minute. */
export function ago(moment: string, language: string): string | null {
  const seconds = (Date.now() - Date.parse(moment)) / 1_000;
  const unit = UNITS.find(([, length]) => seconds >= length);
  if (unit === undefined) return null;
  return relative(language).format(-Math.floor(seconds / unit[1]), unit[0]);
}

/** The language of the text around an element. */
export function languageOf(element: Element): string {
  const said = element.closest('[lang]')?.getAttribute('lang') || document.documentElement.lang || navigator.language;
  return isLanguage(said) ? said : 'en';
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false; // a RangeError: not a language tag
  }
}

const FORMATS: Readonly<Record<'time' | 'day', Intl.DateTimeFormatOptions>> = {
  time: { hour: 'numeric', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' },
};

const formatters = new Map<string, Intl.DateTimeFormat>(); // as many as the page has languages, times two
const relatives = new Map<string, Intl.RelativeTimeFormat>();

function formatter(language: string, format: 'time' | 'day'): Intl.DateTimeFormat {
  const key = `${format} ${language}`;
  const made = formatters.get(key) ?? new Intl.DateTimeFormat(language, FORMATS[format]);
  formatters.set(key, made);
  return made;
}

function relative(language: string): Intl.RelativeTimeFormat {
  const made = relatives.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  relatives.set(language, made);
  return made;
}
