/** A time zone as a calendar defines it itself: VTIMEZONE, RFC 5545, 3.6.5. */
import { type Component, malformed, propertiesOf, readStamp, valuesOf } from './calendar-jcal.ts';
import { occurrences } from './calendar-occurrences.ts';
import { type Rule, readRule } from './calendar-rule.ts';
import type { Work } from './calendar-work.ts';
import { asWall, createZone, HOUR, type OffsetAt, UTC, type Wall, type Zone } from './calendar-zone.ts';

/** STANDARD or DAYLIGHT: from each onset on, clocks are `to` ahead of UTC; until then `from`. */
interface Observance {
  readonly from: number;
  readonly to: number;
  readonly start: Wall;
  /** Onsets that are listed, ascending. */
  readonly listed: readonly number[];
  readonly rules: readonly Rule[];
  /** Onsets by year, as far as they were asked for. */
  readonly years: Map<number, readonly number[]>;
}

/** null when it says nothing that can be used. */
export function definedZone(component: Component, work: Work): Zone | null {
  const [, , parts] = component;
  const observances = parts.flatMap((part) => readObservance(part) ?? []).sort((a, b) => a.start - b.start);
  return observances.length === 0 ? null : createZone(offsetsOf(observances, work));
}

function readObservance(part: Component): Observance | null {
  const [from, to, start] = [offsetOf(part, 'tzoffsetfrom'), offsetOf(part, 'tzoffsetto'), startOf(part)];
  if (from === null || to === null || start === null) return null;
  const listed = propertiesOf(part, 'rdate').flatMap((property) =>
    valuesOf(property).map((value) => {
      const { at, zone } = readStamp(value, property);
      return zone === null ? at - from : at;
    }),
  );
  listed.push(start - from);
  // A rule's end is in UTC, its onsets by clocks that show `from`.
  const clock: Zone = { toMoment: (at) => UTC.toMoment(asWall(at - from)), toWall: (moment) => asWall(moment + from) };
  const rules = propertiesOf(part, 'rrule').map((property) => readRule(property, clock));
  return { from, to, start, listed: listed.sort((a, b) => a - b), rules, years: new Map() };
}

function startOf(part: Component): Wall | null {
  const [property] = propertiesOf(part, 'dtstart');
  return property === undefined ? null : readStamp(property[3], property).at;
}

const OFFSET = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

function offsetOf(part: Component, name: string): number | null {
  const [property] = propertiesOf(part, name);
  if (property === undefined) return null;
  const text = String(property[3]);
  const [, sign, hours, minutes, seconds] = OFFSET.exec(text) ?? [];
  if (Number(hours) > 23 || sign === undefined) throw malformed(property, text);
  const size = Number(hours) * HOUR + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1_000;
  return sign === '-' ? -size : size;
}

function offsetsOf(observances: readonly Observance[], work: Work): OffsetAt {
  return (moment) => {
    let offset = observances[0]?.from ?? 0;
    let since = -Infinity;
    for (const observance of observances) {
      work.step(observance.listed.length);
      const onset = lastOnset(observance, moment, work);
      if (onset !== null && onset >= since) [since, offset] = [onset, observance.to];
    }
    return offset;
  };
}

const LOOK_BACK = 8; // years without a leap day are at most seven

/** The last onset at or before `moment`; null when there was none yet. */
function lastOnset(observance: Observance, moment: number, work: Work): number | null {
  const { start, listed, rules } = observance;
  let last = listed.findLast((at) => at <= moment);
  if (last === undefined) return null;
  for (const { until } of rules) {
    const latest = yearOf(Math.min(moment, until?.at ?? Infinity));
    for (let year = latest; year > latest - LOOK_BACK && year >= yearOf(start); year--) {
      const onset = onsetsIn(observance, year, work).findLast((at) => at <= moment);
      if (onset === undefined) continue;
      last = Math.max(last, onset);
      break;
    }
  }
  return last;
}

function onsetsIn({ years, rules, start, from }: Observance, year: number, work: Work): readonly number[] {
  const known = years.get(year);
  if (known !== undefined) return known;
  const window = { from: asWall(Date.UTC(year, 0)), to: asWall(Date.UTC(year + 1, 0)) };
  const counted = { ...work, find: work.step }; // onsets are no events
  const onsets = rules.flatMap((rule) => occurrences(rule, start, window, counted).inside.map((at) => at - from));
  onsets.sort((a, b) => a - b);
  years.set(year, onsets);
  return onsets;
}

const yearOf = (moment: number): number => new Date(moment).getUTCFullYear();
