/** Calendars as ical.js parses them: jCal, RFC 7265. It promises the shape; what the values say is checked here. */
import { asWall, DAY, HOUR, type Wall } from './calendar-zone.ts';
import { badInput, type Refusal } from './refusal.ts';

export type Property = readonly [
  name: string,
  parameters: Readonly<Record<string, string | readonly string[]>>,
  type: string,
  ...values: unknown[],
];
export type Component = readonly [name: string, properties: readonly Property[], parts: readonly Component[]];

export const propertiesOf = ([, properties]: Component, name: string): readonly Property[] =>
  properties.filter(([each]) => each === name);

export const valuesOf = ([, , , ...values]: Property): readonly unknown[] => values;

/** The first value of the first property of this name; null when there is none. */
export function textOf([, properties]: Component, name: string): string | null {
  const found = properties.find(([each]) => each === name);
  return found === undefined ? null : String(found[3]);
}

export function parameterOf([, parameters]: Property, name: string): string | null {
  const value = parameters[name];
  return value === undefined ? null : String(value);
}

/** A date, or a date and time, as it is written. */
export interface Stamp {
  readonly at: Wall;
  readonly isDate: boolean;
  /** The name of its zone; null: it is floating, and means wherever the person is. */
  readonly zone: string | null;
}

export const UTC_NAME = 'UTC';

const STAMP = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(Z?))?$/;

/** @throws Refusal when it is no date that exists */
export function readStamp(value: unknown, property: Property): Stamp {
  const text = String(value);
  const [, year, month, day, hour, minute, second, z] = STAMP.exec(text) ?? [];
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const time = Number(hour ?? 0) * HOUR + Number(minute ?? 0) * 60_000 + Number(second ?? 0) * 1_000;
  const exists = new Date(date).getUTCDate() === Number(day) && Number(year) >= 1_000;
  if (!exists || time > DAY || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) throw malformed(property, text);
  const isDate = hour === undefined;
  return {
    at: asWall(date + time),
    isDate,
    zone: z === 'Z' ? UTC_NAME : isDate ? null : parameterOf(property, 'tzid'),
  };
}

/** Days go by the clock on the wall, the rest by the time that passes. */
export interface Length {
  readonly days: number;
  readonly millis: number;
}

const DURATION = /^([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

const LONGEST = 36_525; // days: a century

/** @throws Refusal when it is no length of time; one below zero is none */
export function readLength(value: unknown, property: Property): Length {
  const text = String(value);
  const parts = DURATION.exec(text);
  if (parts === null) throw malformed(property, text);
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(2).map((part) => Number(part ?? 0));
  if (parts[1] === '-') return { days: 0, millis: 0 };
  if (weeks * 7 + days > LONGEST) throw malformed(property, text);
  return { days: weeks * 7 + days, millis: hours * HOUR + minutes * 60_000 + seconds * 1_000 };
}

export function malformed([name]: Property, value: string): Refusal {
  return badInput('ics', `cannot be read: ${name.toUpperCase()} "${value.slice(0, 80)}" is malformed`);
}
