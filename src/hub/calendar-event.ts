/** One event of a calendar, with its times as moments can be made of them. */
import {
  type Component,
  type Length,
  malformed,
  type Property,
  parameterOf,
  propertiesOf,
  readLength,
  readStamp,
  type Stamp,
  textOf,
  valuesOf,
} from './calendar-jcal.ts';
import { type Rule, readRule } from './calendar-rule.ts';
import { DAY, type Wall, type Zone } from './calendar-zone.ts';
import type { Zones } from './calendar-zones.ts';
import { badInput } from './refusal.ts';

export interface CalendarEvent {
  /** null: it belongs to no series. */
  readonly uid: string | null;
  readonly sequence: number;
  readonly busy: boolean;
  readonly start: Wall;
  /** It takes whole days. */
  readonly isDate: boolean;
  readonly zone: Zone;
  readonly length: Length;
  readonly rules: readonly Rule[];
  readonly extra: readonly Extra[];
  readonly except: readonly Stamp[];
  /** Of which occurrence of its series it stands in the place; null: it is the series. */
  readonly replaces: Stamp | null;
  /** It also moves all that come after it. */
  readonly thisAndFuture: boolean;
}

/** An occurrence beside those of the rules. */
interface Extra {
  readonly at: Stamp;
  /** null: as long as the others. */
  readonly length: Length | null;
}

/** @param local the zone of floating times and whole days */
export function readEvent(event: Component, zones: Zones, local: Zone): CalendarEvent {
  const [startProperty] = propertiesOf(event, 'dtstart');
  if (startProperty === undefined) throw badInput('ics', 'has an event without DTSTART');
  const start = readStamp(startProperty[3], startProperty);
  const zoneOf = (stamp: Stamp): Zone => (stamp.zone === null ? local : zones(stamp.zone));
  const zone = zoneOf(start);
  const [replaced] = propertiesOf(event, 'recurrence-id');
  return {
    uid: textOf(event, 'uid'),
    sequence: Number(textOf(event, 'sequence') ?? 0),
    busy: textOf(event, 'transp') !== 'TRANSPARENT',
    start: start.at,
    isDate: start.isDate,
    zone,
    length: lengthOf(event, start, zoneOf),
    rules: propertiesOf(event, 'rrule').map((rule) => readRule(rule, start.isDate ? null : zone)),
    extra: propertiesOf(event, 'rdate').flatMap(readExtras),
    except: propertiesOf(event, 'exdate').flatMap((property) =>
      valuesOf(property).map((value) => readStamp(value, property)),
    ),
    replaces: replaced === undefined ? null : readStamp(replaced[3], replaced),
    thisAndFuture: replaced !== undefined && parameterOf(replaced, 'range') === 'THISANDFUTURE',
  };
}

/** An end says how much time passes; a duration counts its days by the clock on the wall (RFC 5545, 3.8.5.3). */
function lengthOf(event: Component, start: Stamp, zoneOf: (stamp: Stamp) => Zone): Length {
  const [duration] = propertiesOf(event, 'duration');
  const [endProperty] = propertiesOf(event, 'dtend');
  if (endProperty === undefined) {
    if (duration !== undefined) return readLength(duration[3], duration);
    return start.isDate ? { days: 1, millis: 0 } : { days: 0, millis: 0 };
  }
  const end = readStamp(endProperty[3], endProperty);
  if (start.isDate !== end.isDate) throw malformed(endProperty, String(endProperty[3]));
  if (start.isDate) return { days: Math.max(0, (end.at - start.at) / DAY), millis: 0 };
  const millis = zoneOf(end).toMoment(end.at) - zoneOf(start).toMoment(start.at);
  return { days: 0, millis: Math.max(0, millis) };
}

function readExtras(property: Property): readonly Extra[] {
  return valuesOf(property).map((value) => {
    if (!Array.isArray(value)) return { at: readStamp(value, property), length: null };
    const [from, to] = value;
    const at = readStamp(from, property);
    if (String(to).includes('P')) return { at, length: readLength(to, property) };
    return { at, length: { days: 0, millis: Math.max(0, readStamp(to, property).at - at.at) } };
  });
}
