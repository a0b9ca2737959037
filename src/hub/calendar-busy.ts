/** Which events of a calendar mean that the person is busy. docs/calendars.md has the reasons. */
import { type Component, type Property, parameterOf, propertiesOf, textOf } from './calendar-jcal.ts';

/** How the person is recognised among those invited: mail addresses or parts before the @, in lower case. */
export type Addresses = ReadonlySet<string>;

/** An event is busy unless something says otherwise. */
export function meansBusy(event: Component, addresses: Addresses): boolean {
  const says = (name: string) => (textOf(event, name) ?? '').toUpperCase();
  return (
    says('transp') !== 'TRANSPARENT' &&
    says('status') !== 'CANCELLED' &&
    !NOT_BUSY.includes(says('x-microsoft-cdo-busystatus')) &&
    !isDeclined(event, addresses)
  );
}

/** Outlook's word for how the person shows themselves. What is left: BUSY and OOF, out of office. */
const NOT_BUSY: readonly string[] = ['FREE', 'TENTATIVE', 'WORKINGELSEWHERE'];

/** The person does not come; or, where they cannot be found among those invited, nobody does. */
function isDeclined(event: Component, addresses: Addresses): boolean {
  const organizer = addressOf(propertiesOf(event, 'organizer')[0]);
  const people = propertiesOf(event, 'attendee').filter((attendee) => !isThing(attendee));
  const themselves = people.filter((attendee) => isAmong(addresses, addressOf(attendee)));
  const others = people.filter((attendee) => addressOf(attendee) !== organizer);
  const decisive = themselves.length > 0 ? themselves : others;
  return decisive.length > 0 && decisive.every(staysAway);
}

const isThing = (attendee: Property): boolean =>
  ['ROOM', 'RESOURCE'].includes((parameterOf(attendee, 'cutype') ?? '').toUpperCase());

/** Whoever delegates sends somebody else. */
const staysAway = (attendee: Property): boolean =>
  ['DECLINED', 'DELEGATED'].includes((parameterOf(attendee, 'partstat') ?? '').toUpperCase());

function isAmong(addresses: Addresses, address: string): boolean {
  return addresses.has(address) || addresses.has(address.replace(/@.*$/, ''));
}

function addressOf(property: Property | undefined): string {
  return property === undefined
    ? ''
    : String(property[3])
        .trim()
        .toLowerCase()
        .replace(/^mailto:/, '');
}
