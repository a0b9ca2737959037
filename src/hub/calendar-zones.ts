/**
 * The zones that one calendar speaks of, by the names it has for them. They are kept for one reading only, so what one
 * calendar says of a zone is never believed of another's.
 */
import { type Component, textOf, UTC_NAME } from './calendar-jcal.ts';
import { definedZone } from './calendar-vtimezone.ts';
import { WINDOWS_ZONES } from './calendar-windows-zones.ts';
import type { Work } from './calendar-work.ts';
import { namedZone, UTC, type Zone } from './calendar-zone.ts';
import { badInput } from './refusal.ts';

/** @throws Refusal when nobody knows the zone */
export type Zones = (name: string) => Zone;

const MAX_ZONES = 100; // of one calendar; Node takes about 0.1 ms to open one

/** @param definitions the calendar's VTIMEZONEs */
export function createZones(definitions: readonly Component[], work: Work): Zones {
  const defined = new Map(definitions.map((component) => [textOf(component, 'tzid'), component]));
  const known = new Map<string, Zone>([[UTC_NAME, UTC]]);
  return (name) => {
    const zone = known.get(name) ?? open(defined.get(name), name, work);
    known.set(name, zone);
    if (known.size > MAX_ZONES) throw badInput('ics', `may use at most ${MAX_ZONES} time zones`);
    return zone;
  };
}

function open(component: Component | undefined, name: string, work: Work): Zone {
  const zone = (component && definedZone(component, work)) ?? zoneByName(name);
  if (zone !== null) return zone;
  throw badInput(
    'ics',
    `uses the time zone "${name.slice(0, 80)}", which it does not define and which is no name of IANA or Windows`,
  );
}

/** A zone by its name in the IANA data or of Windows; null when nobody knows it. */
export function zoneByName(name: string): Zone | null {
  const plain = name.trim().replace(/^"(.*)"$/, '$1');
  const windows = WINDOWS_ZONES.get(plain.toLowerCase()) ?? EXCHANGE.get(plain.toLowerCase());
  // `/mozilla.org/20050126_1/Europe/Berlin`: RFC 5545 lets a registry stand in front.
  const [, global] = /^\/.*?\/((?:[A-Za-z_-]+\/)+[A-Za-z_+\-0-9]+)$/.exec(plain) ?? [];
  return namedZone(windows ?? global ?? plain);
}

const EXCHANGE: ReadonlyMap<string, string> = new Map([
  ['tzone://microsoft/utc', 'Etc/UTC'],
  ['z', 'Etc/UTC'],
]);
